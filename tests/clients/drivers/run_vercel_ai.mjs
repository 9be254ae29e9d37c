// The AI SDK 7 with @ai-sdk/otel, pointed by OTEL_EXPORTER_OTLP_ENDPOINT and …_HEADERS. AI_SDK_LEGACY=1 has it trace
// with LegacyOpenTelemetry, in the attributes of the versions before.
import { LegacyOpenTelemetry, OpenTelemetry } from "@ai-sdk/otel";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { NodeSDK } from "@opentelemetry/sdk-node";
import { registerTelemetry } from "ai";
import { scenarios } from "./vercel_ai_scenarios.mjs";

const sdk = new NodeSDK({ traceExporter: new OTLPTraceExporter(), instrumentations: [] });
sdk.start();
registerTelemetry(process.env.AI_SDK_LEGACY ? new LegacyOpenTelemetry() : new OpenTelemetry({ runtimeContext: true }));
const all = scenarios((functionId, runtimeContext = {}) => {
  const shown = Object.fromEntries(Object.keys(runtimeContext).map((name) => [name, true]));
  return { runtimeContext, telemetry: { functionId, includeRuntimeContext: shown } };
});
for (const name of process.argv.slice(2)) await all[name]();
await sdk.shutdown();
