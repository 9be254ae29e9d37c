// Calls of the AI SDK as its users write them, one function for each scenario, whatever the SDK's version.
// `telemetry(functionId, facts)` returns the options of a call by which that version is told to trace it.
import { createAnthropic } from "@ai-sdk/anthropic";
import { createOpenAI } from "@ai-sdk/openai";
import { trace } from "@opentelemetry/api";
import { embedMany, generateText, stepCountIs, streamText, tool } from "ai";
import { z } from "zod";

const SYSTEM = "You are terse.";
const QUESTION = "What is the capital of France?";
const PIXEL =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgYGBgAAAABQABpfZFQAAAAABJRU5ErkJggg==";
const openai = createOpenAI({ baseURL: process.env.OPENAI_BASE_URL });
const anthropic = createAnthropic({ baseURL: `${process.env.ANTHROPIC_BASE_URL}/v1` });
const chat = openai.chat("gpt-4o-mini");
const claude = anthropic("claude-sonnet-4-5");
const TOOLS = {
  get_weather: tool({
    description: "The weather in a city",
    inputSchema: z.object({ city: z.string() }),
    execute: async () => "Sunny, 24 degrees",
  }),
};

async function refused(call) {
  try {
    await call();
  } catch {
    return;
  }
  throw new Error("the provider did not refuse");
}

function spanned(name, call) {
  return trace.getTracer("my-app").startActiveSpan(name, (span) => call().finally(() => span.end()));
}

async function consumed(options) {
  const result = streamText({ maxRetries: 0, onError: () => {}, ...options });
  let text = "";
  for await (const piece of result.textStream) text += piece;
  return text;
}

export function scenarios(telemetry) {
  const ask = (word, more = {}) => {
    const name = more.name ?? word;
    delete more.name;
    return { model: chat, maxRetries: 0, prompt: `[${word}] ${QUESTION}`, ...telemetry(name), ...more };
  };
  return {
    // A system text and a question with parameters, one answer.
    plain: () =>
      generateText(
        ask("plain", {
          system: SYSTEM,
          temperature: 0.2,
          topP: 0.9,
          maxOutputTokens: 100,
          frequencyPenalty: 0.1,
          presencePenalty: 0.3,
          stopSequences: ["END"],
          seed: 7,
        }),
      ),
    // The same as a stream.
    streaming: () => consumed(ask("streaming")),
    // A call of a tool, its result, and the answer.
    tools: () =>
      generateText(
        ask("tools", { prompt: "[tools] What is the weather in Paris?", tools: TOOLS, stopWhen: stepCountIs(3) }),
      ),
    // A message with text and an image.
    image: () => {
      const content = [
        { type: "text", text: "[image] What is this?" },
        { type: "image", image: PIXEL, mediaType: "image/png" },
      ];
      return generateText({ ...ask("image"), prompt: undefined, messages: [{ role: "user", content }] });
    },
    // What the model thought, by the responses API.
    reasoning: () =>
      generateText(ask("reasoning", { model: openai.responses("gpt-5-mini"), providerOptions: { openai: { reasoningEffort: "low" } } })),
    responses: () => generateText(
        ask("responses", {
          model: openai.responses("gpt-4o-mini"),
          system: SYSTEM,
          prompt: `[reasoning] [responses] ${QUESTION}`,
        }),
      ),
    // A call that the provider refuses.
    error: () => refused(() => generateText(ask("error"))),
    // A stream that breaks off; whether the reader is told depends on the version.
    aborted: () => consumed(ask("aborted")).catch(() => {}),
    // Two texts as vectors.
    embedding: () =>
      embedMany({
        model: openai.embedding("text-embedding-3-small"),
        values: ["[embedding] one", "two"],
        maxRetries: 0,
        ...telemetry("embedding"),
      }),
    // A call within a span of the user's own, with people, session and metadata.
    journey: () =>
      spanned("travel", () =>
        generateText({
          ...ask("journey"),
          ...telemetry("guide", { userId: "customer-1", sessionId: "session-1", plan: "pro", seats: 3 }),
        }),
      ),
    // Anthropic's API.
    claude_plain: () =>
      generateText(ask("claude_plain", { model: claude, system: SYSTEM, maxOutputTokens: 100, stopSequences: ["END"] })),
    claude_raw_streaming: () => consumed(ask("claude_raw_streaming", { model: claude, maxOutputTokens: 100 })),
    claude_tools: () =>
      generateText(
        ask("tools", {
          model: claude,
          prompt: "[tools] [claude_tools] What is the weather in Paris?",
          tools: TOOLS,
          stopWhen: stepCountIs(3),
        }),
      ),
    claude_reasoning: () =>
      generateText(
        ask("reasoning", {
          model: claude,
          prompt: `[reasoning] [claude_reasoning] ${QUESTION}`,
          providerOptions: { anthropic: { thinking: { type: "enabled", budgetTokens: 1024 } } },
        }),
      ),
  };
}
