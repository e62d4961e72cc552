"""What every test can ask for; each harness stands in a module of its own."""

pytest_plugins = [
    "tests.harness.databases",
    "tests.harness.rabbitmq",
    "tests.harness.api",
    "tests.harness.reliability",
    "tests.ganeti.fixtures",
    "tests.routing.fixtures",
]
