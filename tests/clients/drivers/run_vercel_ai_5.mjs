// The AI SDK 5 (and 6) with experimental_telemetry, pointed by OTEL_EXPORTER_OTLP_ENDPOINT and …_HEADERS.
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { NodeSDK } from "@opentelemetry/sdk-node";
import { scenarios } from "./vercel_ai_scenarios.mjs";

const sdk = new NodeSDK({ traceExporter: new OTLPTraceExporter(), instrumentations: [] });
sdk.start();
const all = scenarios((functionId, metadata) => ({
  experimental_telemetry: { isEnabled: true, functionId, ...(metadata ? { metadata } : {}) },
}));
for (const name of process.argv.slice(2)) await all[name]();
await sdk.shutdown();
