"""How Cyclades is packaged: what it needs, its commands, and the adapters it offers."""

from setuptools import find_packages, setup

RUNTIME = [
    # The web: a REST API over WSGI, declared with Cornice, checked with colander.
    "pyramid>=2.1,<3",
    "cornice>=6.1,<7",
    "colander>=2.0,<3",
    "pyramid_tm>=2.6,<3",
    "pyramid_retry>=2.1,<3",
    "plaster_pastedeploy>=1.0,<2",
    # Pyramid and Cornice import pkg_resources, which setuptools 82 took away.
    "setuptools>=78,<82",
    "waitress>=3.0,<4",
    "granian>=2.8,<3",
    "uvicorn>=0.54,<1",
    "starlette>=1.10,<2",
    "orjson>=3.13,<4",
    # The database and its transactions.
    "SQLAlchemy>=2.1.9,<2.2",
    "zope.sqlalchemy>=4.1,<5",
    "transaction>=5.1,<6",
    "alembic>=1.20,<2",
    "psycopg[binary]>=3.3,<4",
    # The rest of the world.
    "kombu>=5.7,<6",
    "cryptography>=50",
    "argon2-cffi>=25.1",
    "structlog>=26.1",
    "prometheus-client>=0.26,<1",
    "click>=8.5,<9",
    # Images: what their bytes say they are, and a store for them elsewhere.
    "oslo.utils>=10.2,<11",
    "boto3>=1.44,<2",
]

DEV = [
    "pytest>=9.2,<10",
    "pytest-cov>=7.1,<8",
    "pytest-xdist>=3.8,<4",
    "hypothesis>=6.170,<7",
    "schemathesis>=4.32,<5",
    "gabbi>=4.2,<5",
    "WebTest>=3.0,<4",
    "import-linter>=2.16,<3",
    "mypy>=2.4,<3",
    "ruff>=0.17.6,<0.18",
    "types-requests",
    "types-setuptools",
    "types-PyYAML",
    "types-WebOb",
    "types-WebTest",
    "pre-commit>=4",
    "requests>=2.34,<3",
    "uv>=0.13,<1",
    "moto[s3,server]>=5.2,<6",
]

setup(
    name="cyclades",
    version="0.1.0",
    description="Compute, network, image and volume service over Ganeti clusters",
    python_requires=">=3.11,<3.13",
    packages=find_packages(include=["cyclades", "cyclades.*"]),
    include_package_data=True,
    install_requires=RUNTIME,
    extras_require={"dev": DEV},
    entry_points={
        "paste.app_factory": ["main = cyclades.web.api:main"],
        "console_scripts": [
            "cyclades = cyclades.commands.main:cyclades",
            "cyclades-manage = cyclades.commands.main:manage",
        ],
        "cyclades.cluster_driver": [
            "simulated = cyclades.adapters.simulated.driver:make",
            "ganeti = cyclades.adapters.ganeti.driver:make",
        ],
        "cyclades.identity": ["local = cyclades.adapters.local_identity.provider:make"],
        "cyclades.image_store": [
            "files = cyclades.adapters.files.image_store:make",
            "s3 = cyclades.adapters.s3.image_store:make",
        ],
        "cyclades.queue": ["inprocess = cyclades.adapters.system.queue:make"],
        "cyclades.router_driver": [
            "simulated = cyclades.adapters.simulated.router_driver:make",
            "netns = cyclades.adapters.netns.router_driver:make",
        ],
        "cyclades.hints": [
            "inprocess = cyclades.adapters.system.hints:make",
            "amqp = cyclades.adapters.amqp.hints:make",
        ],
    },
)
