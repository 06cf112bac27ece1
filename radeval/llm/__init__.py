"""Asking language models: requests and replies, the client, structured output, prompts, prices and backends."""
