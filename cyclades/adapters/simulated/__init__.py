"""A small lawful Ganeti that lives in a document; also answers RAPI for tests."""
