"""What an installation needs before its first request; every step may be repeated."""

import os
from collections.abc import Callable
from pathlib import Path

from cyclades.bootstrap import Application
from cyclades.domain.model.cluster import ClusterConnection
from cyclades.domain.services.clusters import probe

SIMULATED = "simulated"
CLOUDS = """\
# Made on the first run; read by openstack clients:
#   OS_CLIENT_CONFIG_FILE={path} openstack --os-cloud demo server list
clouds:
"""
CLOUD = """\
  {name}:
    auth:
      auth_url: {url}/identity/v3
      username: {name}
      password: {password}
      project_name: {name}
      user_domain_name: Default
      project_domain_name: Default
    region_name: {region}
    identity_api_version: 3
"""


def first_run(app: Application, url: str, say: Callable[[str], None]) -> None:
    """Users, flavors, network, image, cluster: whatever is missing."""
    made = app.atomically(lambda unit: unit.identity_bootstrap.ensure_first_run())
    clouds = app.settings.var_dir / "clouds.yaml"
    if made:
        write_clouds(clouds, url, app.settings.region, made)
        say(f"Made the users demo and admin; their passwords are in {clouds}.")
        say(f"Try: OS_CLIENT_CONFIG_FILE={clouds} openstack --os-cloud demo server list")
        say("Making flavors, the network 'public' with IPv4 and IPv6, and the image 'blank' ...")
    administrator = app.atomically(lambda unit: unit.identity_bootstrap.administrator())
    app.atomically(lambda unit: unit.flavors.ensure_default_flavors())
    app.atomically(lambda unit: unit.public_network.ensure(administrator))
    app.image_uploads.ensure_small_image(administrator)
    if app.settings.simulated_cluster:
        ensure_simulated(app, say)


def write_clouds(path: Path, url: str, region: str, passwords: dict[str, str]) -> None:
    """The clients' configuration, readable by its owner only."""
    text = CLOUDS.format(path=path) + "".join(
        CLOUD.format(name=name, url=url.rstrip("/"), password=password, region=region)
        for name, password in passwords.items()
    )
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        os.fchmod(file.fileno(), 0o600)
        file.write(text)


def ensure_simulated(app: Application, say: Callable[[str], None]) -> None:
    """One simulated cluster, when there is no cluster at all."""
    with app.reader() as unit:
        if unit.clusters.list():
            return
    connection = ClusterConnection(app.ids.new(), SIMULATED)
    seen = probe(app.drivers.connect(connection, None), app.settings.disk_template)
    app.atomically(lambda unit: unit.cluster_register.register(SIMULATED, connection, seen, "nova"))
    say("Registered a simulated cluster.")
