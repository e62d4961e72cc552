"""What requests for servers mean: whose flavor, image and key are named, how many fit."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from cyclades.domain.model.block_device import BlockDevice, Source
from cyclades.domain.model.errors import InvalidInput, NotFound, OverQuota
from cyclades.domain.model.flavor import Flavor
from cyclades.domain.model.hardware import Hardware, hardware_of
from cyclades.domain.model.identity import Caller
from cyclades.domain.model.image import Image
from cyclades.domain.model.image_properties import guest_os
from cyclades.domain.model.keypair import SSH
from cyclades.domain.model.quota import UNLIMITED
from cyclades.domain.model.sharing import reach_of
from cyclades.domain.model.wanted_server import WantedServer, require_fit
from cyclades.domain.services.block_devices import BlockDevices, WantedDisks
from cyclades.ports.flavors import FlavorRepository
from cyclades.ports.keypairs import KeypairRepository
from cyclades.ports.quota import QuotaLedger


@dataclass(frozen=True, slots=True)
class Ingredients:
    """What the words of a request turned out to mean."""

    flavor: Flavor
    image: Image | None
    public_keys: Mapping[str, str]
    disks: WantedDisks
    hardware: Hardware


@dataclass(frozen=True, slots=True)
class ServerWishes:
    """Whatever a body names and nobody has is the body's fault: 400, not 404."""

    flavors: FlavorRepository
    usable_image: Callable[[Caller, str], Image]
    keypairs: KeypairRepository
    quota: QuotaLedger
    devices: BlockDevices

    def understood(self, caller: Caller, wanted: WantedServer) -> Ingredients:
        """What is named. Raises InvalidInput."""
        try:
            flavor = self.flavors.get(reach_of(caller), wanted.flavor_id)
        except NotFound as error:
            raise InvalidInput(
                f"Flavor {wanted.flavor_id} could not be found.", "server.flavorRef"
            ) from error
        image = self._image(caller, wanted)
        disks = self.devices.understood(caller, wanted, flavor, image)
        keys: dict[str, str] = {}
        if wanted.key_name is not None:
            try:
                found = self.keypairs.get(caller.user_id, wanted.key_name)
                # A certificate opens no account of ours: it is only shown.
                if found.type == SSH:
                    keys[found.name] = found.public_key
            except NotFound as error:
                raise InvalidInput("Invalid key_name provided.", "server.key_name") from error
        if image is not None:
            require_fit(flavor, image, disk=disks.local)
        root = root_of(wanted)
        field = f"{root.field}.uuid" if root else "server.imageRef"
        hardware = hardware_of(guest_os(disks.properties), field)
        return Ingredients(flavor, image, keys, disks, hardware)

    def _image(self, caller: Caller, wanted: WantedServer) -> Image | None:
        """What fills the first disk when the instance is made; None when nothing does."""
        root = root_of(wanted)
        image_id, field = wanted.image_id, "server.imageRef"
        if root is not None:
            image_id, field = root.uuid if root.source is Source.IMAGE else "", f"{root.field}.uuid"
        if not image_id:
            return None
        try:
            return self.usable_image(caller, image_id)
        except NotFound as error:
            raise InvalidInput(f"Image {image_id} could not be found.", field) from error

    def affordable(self, caller: Caller, wanted: WantedServer, flavor: Flavor) -> int:
        """How many of a multiple create fit. Raises OverQuota before any work is done."""
        if wanted.max_count == 1:
            return 1  # the charge itself decides
        each = {"instances": 1, "cores": flavor.vcpus, "ram": flavor.ram}
        count = wanted.max_count
        for name, held in self.quota.holdings(caller.project_id or "", list(each)).items():
            if held.limit == UNLIMITED or not each[name]:
                continue
            room = (held.limit - held.used) // each[name]
            if room < wanted.min_count:
                raise OverQuota(name, each[name] * wanted.min_count, held.used, held.limit)
            count = min(count, room)
        return count


def root_of(wanted: WantedServer) -> BlockDevice | None:
    """What it boots from, if devices say so."""
    return next((device for device in wanted.devices if device.root), None)
