// @keywordsai/tracing, pointed by KEYWORDSAI_BASE_URL and KEYWORDSAI_API_KEY. Runs the scenarios named.
// It sends only what runs within its own spans, so each scenario is a task.
import Anthropic from "@anthropic-ai/sdk";
import { KeywordsAITelemetry } from "@keywordsai/tracing";
import OpenAI from "openai";

const MODEL = "gpt-4o-mini";
const CLAUDE = "claude-sonnet-4-5";
const SYSTEM = "You are terse.";
const QUESTION = "What is the capital of France?";
const PIXEL =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgYGBgAAAABQABpfZFQAAAAABJRU5ErkJggg==";
const SCHEMA = { type: "object", properties: { city: { type: "string" } }, required: ["city"] };
const TOOLS = [
  { type: "function", function: { name: "get_weather", description: "The weather in a city", parameters: SCHEMA } },
];
const CLAUDES_TOOLS = [{ name: "get_weather", description: "The weather in a city", input_schema: SCHEMA }];

const telemetry = new KeywordsAITelemetry({
  appName: "my-app",
  instrumentModules: { openAI: OpenAI, anthropic: Anthropic },
  silenceInitializationMessage: true,
});
await telemetry.initialize();
const openai = new OpenAI({ maxRetries: 0 });
const anthropic = new Anthropic({ maxRetries: 0 });

const asked = (word, question = QUESTION) => [{ role: "user", content: `[${word}] ${question}` }];

const chat = (more) => openai.chat.completions.create({ model: MODEL, ...more });

const claude = (more) => anthropic.messages.create({ model: CLAUDE, max_tokens: 100, ...more });

async function toTheEnd(stream) {
  const pieces = [];
  for await (const piece of stream) pieces.push(piece);
  return pieces;
}

async function refused(call) {
  try {
    await call();
  } catch {
    return;
  }
  throw new Error("the provider did not refuse");
}

const scenarios = {
  // Two messages with parameters, one answer.
  plain: (word = "plain") =>
    chat({
      messages: [{ role: "system", content: SYSTEM }, ...asked(word)],
      temperature: 0.2,
      top_p: 0.9,
      max_tokens: 100,
      frequency_penalty: 0.1,
      presence_penalty: 0.3,
      stop: ["END"],
      seed: 7,
    }),
  // The same as a stream, with usage at its end.
  streaming: async () =>
    toTheEnd(await chat({ messages: asked("streaming"), stream: true, stream_options: { include_usage: true } })),
  // A call of a tool, its result, and the answer.
  tools: async () => {
    const messages = asked("tools", "What is the weather in Paris?");
    const first = await chat({ messages, tools: TOOLS, tool_choice: "auto" });
    const message = first.choices[0].message;
    const result = { role: "tool", tool_call_id: message.tool_calls[0].id, content: "Sunny, 24 degrees" };
    await chat({ messages: [...messages, message, result], tools: TOOLS });
  },
  // A call of a tool that comes as a stream.
  streaming_tools: async () =>
    toTheEnd(
      await chat({
        messages: asked("tools] [streaming_tools", "What is the weather in Paris?"),
        tools: TOOLS,
        stream: true,
        stream_options: { include_usage: true },
      }),
    ),
  // An answer with what the model thought.
  reasoning: () => chat({ messages: asked("reasoning"), reasoning_effort: "low" }),
  // A message with text and an image.
  image: () =>
    chat({
      messages: [
        {
          role: "user",
          content: [
            { type: "text", text: "[image] What is this?" },
            { type: "image_url", image_url: { url: `data:image/png;base64,${PIXEL}` } },
          ],
        },
      ],
    }),
  // Two answers to one question.
  choices: () => chat({ messages: asked("choices"), n: 2 }),
  // A call that the provider refuses.
  error: () => refused(() => chat({ messages: asked("error") })),
  // A stream that breaks off.
  aborted: () => refused(async () => toTheEnd(await chat({ messages: asked("aborted"), stream: true }))),
  // Two texts as vectors.
  embedding: () => openai.embeddings.create({ model: "text-embedding-3-small", input: ["[embedding] one", "two"] }),
  // The responses API.
  responses: () =>
    openai.responses.create({ model: MODEL, instructions: SYSTEM, input: asked("reasoning] [responses"), max_output_tokens: 100 }),
  // Anthropic's API.
  claude_plain: () => claude({ system: SYSTEM, messages: asked("claude_plain"), stop_sequences: ["END"] }),
  claude_raw_streaming: async () =>
    toTheEnd(await claude({ messages: asked("claude_raw_streaming"), stream: true })),
  claude_tools: async () => {
    const messages = asked("tools] [claude_tools", "What is the weather in Paris?");
    const first = await claude({ messages, tools: CLAUDES_TOOLS });
    const call = first.content.find((block) => block.type === "tool_use");
    const result = { type: "tool_result", tool_use_id: call.id, content: "Sunny, 24 degrees" };
    messages.push({ role: "assistant", content: first.content }, { role: "user", content: [result] });
    await claude({ messages, tools: CLAUDES_TOOLS });
  },
  claude_reasoning: () =>
    claude({
      messages: asked("reasoning] [claude_reasoning"),
      max_tokens: 2048,
      thinking: { type: "enabled", budget_tokens: 1024 },
    }),
  claude_error: () => refused(() => claude({ messages: asked("error] [claude_error") })),
};

const own = {
  // A workflow of a task, a tool and an agent that asks a model, with people, thread and metadata on it.
  journey: () =>
    telemetry.withWorkflow({ name: "travel", associationProperties: { trip: "first" } }, (city) =>
      telemetry.withKeywordsAISpanAttributes(
        async () => {
          const prepared = await telemetry.withTask({ name: "prepare" }, async (where) => {
            await telemetry.withTool({ name: "look_up" }, async (there) => ({ city: there, degrees: 24 }), where);
            return `Tell me about ${where}`;
          }, city);
          return telemetry.withAgent({ name: "guide" }, async (question) => {
            const answer = await scenarios.plain("journey");
            return `${question}: ${answer.choices[0].message.content}`;
          }, prepared);
        },
        {
          customer_identifier: "customer-1",
          customer_email: "one@example.org",
          customer_name: "Customer One",
          thread_identifier: "thread-1",
          trace_group_identifier: "group-1",
          metadata: { plan: "pro", seats: 3 },
        },
      ), "Paris"),
  // A workflow whose task raises.
  broken: () =>
    refused(() =>
      telemetry.withWorkflow({ name: "broken" }, () =>
        telemetry.withTask({ name: "fall" }, async () => {
          throw new Error("the task fell");
        }),
      ),
    ),
};

for (const name of process.argv.slice(2)) {
  if (name in own) await own[name]();
  else await telemetry.withTask({ name }, async () => void (await scenarios[name]()));
}
await telemetry.shutdown();
