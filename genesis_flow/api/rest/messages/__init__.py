"""The JSON objects of requests and responses, one module a noun."""
