"""What providers say that a call used: payloads as they document them, with buckets and cost worked out by hand."""
