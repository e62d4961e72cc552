"""Any command, and anything to put into a guest."""

from hypothesis import strategies as st

from cyclades.domain.model.disk_commands import (
    ActivateDisks,
    AddDisk,
    AttachDisk,
    DetachDisk,
    DiskWanted,
    GrowDisk,
    RemoveDisk,
)
from cyclades.domain.model.effects import (
    AttachNic,
    ConnectNetwork,
    CreateInstance,
    CreateNetwork,
    DetachNic,
    DisconnectNetwork,
    GuestConfig,
    ModifyNic,
    NicWanted,
    RebootInstance,
    RemoveInstance,
    RemoveNetwork,
    StartInstance,
    StopInstance,
    TagInstance,
)
from cyclades.domain.model.hardware import Hardware

TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=30)
NUMBERS = st.integers(0, 2**31)
MAYBE = st.none() | TEXTS
NICS = st.builds(NicWanted, TEXTS, TEXTS, TEXTS, mode=TEXTS, ip=MAYBE, network=MAYBE)
DISKS = st.builds(DiskWanted, TEXTS, NUMBERS, provider=TEXTS, origin=TEXTS)
COMMANDS = st.one_of(
    st.builds(
        CreateInstance,
        instance=TEXTS,
        vcpus=NUMBERS,
        memory_mib=NUMBERS,
        disk_template=TEXTS,
        disks=st.lists(DISKS, max_size=2).map(tuple),
        nics=st.lists(NICS, max_size=2).map(tuple),
        image_id=TEXTS,
        image_format=TEXTS,
        tags=st.lists(TEXTS, max_size=2).map(tuple),
        start=st.booleans(),
        install=st.booleans(),
        node=TEXTS,
        hardware=st.builds(Hardware, *[TEXTS] * 6, guest_agent=st.booleans()),
    ),
    st.builds(StartInstance, TEXTS),
    st.builds(StopInstance, TEXTS, timeout=NUMBERS),
    st.builds(RebootInstance, TEXTS, hard=st.booleans()),
    st.builds(RemoveInstance, TEXTS),
    st.builds(TagInstance, TEXTS, tag=TEXTS),
    st.builds(AttachNic, TEXTS, NICS),
    st.builds(ModifyNic, TEXTS, TEXTS, st.none() | TEXTS, TEXTS),
    st.builds(DetachNic, TEXTS, TEXTS, TEXTS),
    st.builds(
        CreateNetwork,
        TEXTS,
        TEXTS,
        st.none() | TEXTS,
        st.lists(TEXTS, max_size=2).map(tuple),
    ),
    st.builds(ConnectNetwork, TEXTS, TEXTS, TEXTS, TEXTS),
    st.builds(DisconnectNetwork, TEXTS, TEXTS),
    st.builds(RemoveNetwork, TEXTS),
    st.builds(AddDisk, TEXTS, DISKS, live=st.booleans()),
    st.builds(AttachDisk, TEXTS, TEXTS, live=st.booleans(), first=st.booleans()),
    st.builds(DetachDisk, TEXTS, TEXTS, live=st.booleans()),
    st.builds(RemoveDisk, TEXTS, TEXTS, live=st.booleans()),
    st.builds(GrowDisk, TEXTS, TEXTS, NUMBERS),
    st.builds(ActivateDisks, TEXTS),
)
GUESTS = st.builds(
    GuestConfig,
    TEXTS,
    st.lists(TEXTS, max_size=2).map(tuple),
    TEXTS,
    TEXTS,
    st.lists(st.tuples(TEXTS, TEXTS), max_size=2).map(tuple),
    TEXTS,
)
