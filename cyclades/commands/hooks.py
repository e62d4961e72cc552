"""`cyclades-manage cluster hooks`: what a cluster's nodes need in order to report, and a try."""

import secrets
from pathlib import Path
from urllib.parse import SplitResult, quote, unquote, urlsplit

import click

from cyclades.bootstrap import Application
from cyclades.commands import ini
from cyclades.domain.model.cluster import Cluster

POLL = 0.2  # seconds
EXAMPLE = "amqps://broker.example.org:5671/"
TEXT = """\
# 1. Where the broker is, once. The user may write to this cluster's routing key and nowhere else.
rabbitmqctl add_user {user} '{password}'
rabbitmqctl set_permissions -p '{vhost}' {user} '^$' '^cyclades\\.ganeti$' '^$'
rabbitmqctl set_topic_permissions -p '{vhost}' {user} cyclades.ganeti '^ganeti\\.{id}$' '^$'

# 2. On every node of {name}, as root, with the folder config/ganeti of this release.
apt-get install python3-amqp nftables dnsmasq-base
config/ganeti/install
(umask 077; cat >/etc/cyclades/cyclades.conf <<'END'
[cyclades]
cluster = {id}
brokers = {brokers}
# For servers' networks on the nodes, also these (and cyclades-netd):
#api = where the nodes reach Cyclades
#node_key = what `cyclades-manage cluster node-key {name}` prints
END
)
systemctl enable --now cyclades-watcher

# 3. Here, to see that it works:
cyclades-manage cluster hooks {name} --check
"""
NOT_HEARD = """\
Nothing was heard within {seconds:g} seconds. What to look at, in order:
 - what `cyclades-watcher --test` printed: only a confirmed test has left the node;
 - whether an updates worker runs (`cyclades worker updates`), with this broker;
 - `cyclades-manage deadletters list`: a test that was not understood is there, with the reason."""


@click.command()
@click.argument("name")
@click.option("--check", is_flag=True, help="Wait for a test event from the cluster's master.")
@click.option("--timeout", default=120.0, show_default=True, help="Seconds to wait for it.")
@ini.option
@ini.plainly
def hooks(name: str, path: Path, *, check: bool, timeout: float) -> None:
    """Print what makes a cluster's nodes report at once; with --check, try it end to end."""
    app = ini.application(path)
    with app.reader() as unit:
        cluster = unit.clusters.by_name(name)
    if app.settings.hints != "amqp":
        click.echo(f"cyclades.hints is {app.settings.hints} in {path}: make it amqp first.\n")
    if not check:
        click.echo(instructions(cluster, app.settings.broker_url))
        return
    wait_for_test(app, cluster, timeout)


def instructions(cluster: Cluster, broker_url: str) -> str:
    """Commands with a new password in them; `broker_url` is ours: one broker or more."""
    ours = [urlsplit(url.strip()) for url in (broker_url or EXAMPLE).split(";")]
    user, password = f"ganeti-{cluster.connection.id}", secrets.token_hex(24)
    return TEXT.format(
        id=cluster.connection.id,
        name=cluster.name,
        user=user,
        password=password,
        vhost=unquote(ours[0].path[1:]) or "/",
        brokers=" ".join(for_nodes(url, user, password) for url in ours),
    )


def for_nodes(ours: SplitResult, user: str, password: str) -> str:
    """The same broker with another user."""
    place = ours.netloc.rpartition("@")[2]
    return ours._replace(netloc=f"{quote(user)}:{quote(password)}@{place}").geturl()


def wait_for_test(app: Application, cluster: Cluster, timeout: float) -> None:
    """Raises click.ClickException when it does not come."""
    token = app.ids.new()
    click.echo(f"On the master of {cluster.name}, run:\n\n  cyclades-watcher --test {token}\n")
    started = app.clock.monotonic()
    while app.clock.monotonic() - started < timeout:
        with app.reader() as unit:
            if unit.clusters.heard_token(cluster.connection.id) == token:
                click.echo(f"Heard: what happens in {cluster.name} arrives here.")
                return
        app.clock.sleep(POLL)
    raise click.ClickException(NOT_HEARD.format(seconds=timeout))
