"""Images' bytes as workers and audits see them."""

from sqlalchemy import select

from cyclades.adapters.sql.schema.images import images
from cyclades.adapters.sql.schema.volumes import backups
from cyclades.bootstrap import Application
from cyclades.domain.model.image_usage import usage
from cyclades.domain.model.quota import IMAGE
from cyclades.domain.services.images import EVERYWHERE


def do_imports(app: Application) -> None:
    """As the worker does."""
    while task := app.image_importer.claim():
        app.image_importer.work(task, lambda: True)


def leaks(app: Application) -> list[str]:
    """Blobs of nobody, images and backups without theirs, and usage that is not the images' sum."""
    with app.reader() as unit:
        ids = unit.connection.execute(select(images.c.id)).scalars().all()
        kept = [unit.images.repository.get(id, EVERYWHERE) for id in ids]
        named = {image.content.blob for image in kept if image.content}
        named |= set(unit.connection.execute(select(backups.c.blob)).scalars()) - {None}
        there = set(app.image_store.blobs())
        wrong = [f"blob of nobody: {blob}" for blob in there - named]
        wrong += [f"blob is missing: {blob}" for blob in named - there]
        for owner in {image.owner for image in kept}:
            costs = [usage(image) for image in kept if image.owner == owner]
            sums = {name: sum(cost.get(name, 0) for cost in costs) for name in IMAGE}
            found = {name: held.used for name, held in unit.quota.holdings(owner, IMAGE).items()}
            wrong += [f"{owner} uses {found}, not {sums}"] if found != sums else []
    return wrong
