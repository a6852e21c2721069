"""Tests of the Cosmos DB adapter."""
