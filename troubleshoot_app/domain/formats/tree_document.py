"""Imports tree files, in JSON and YAML: they say all that a tree has, so there is little to guess, and some to look at."""

from troubleshoot_app.domain.errors import Fault, UnreadableTree
from troubleshoot_app.domain.formats.imported import ImportedTree
from troubleshoot_app.domain.formats.json_places import json_places
from troubleshoot_app.domain.formats.report import Place, Report
from troubleshoot_app.domain.formats.source import Source
from troubleshoot_app.domain.formats.structure import Location, Structure, read_json, read_yaml
from troubleshoot_app.domain.formats.tree_file import Media
from troubleshoot_app.domain.formats.tree_report import Places, look_over
from troubleshoot_app.domain.formats.tree_shape import shape


def read_tree_document(source: Source, media: Media) -> ImportedTree:
    """Return the tree that a file says, with what looks wrong about it.

    Raises:
        UnreadableTree: it is no JSON or YAML, or has not the form of a tree file.
    """
    if media == "yaml":
        structure = read_yaml(source.text)
        file = shape(structure)
    else:
        structure = read_json(source.text)
        try:
            file = shape(structure)
        except UnreadableTree as error:
            spots = _json_spots(source)
            raise UnreadableTree([_placed(fault, spots) for fault in error.faults]) from None
        structure.spots = _json_spots(source)
    report = Report()
    look_over(file.tree, _places(structure), report)
    return ImportedTree(file, report.lines())


def _json_spots(source: Source) -> dict[Location, tuple[int, int]]:
    """Return the place of each part; that of a key which is there twice stands below the key alone."""
    spots: dict[Location, tuple[int, int]] = {}
    again: dict[str, int] = {}
    places = json_places(source.text, again)
    for location, position in (places | {(key,): position for key, position in again.items()}).items():
        place = source.place(position)
        if place.line is not None and place.column is not None:
            spots[location] = (place.line, place.column)
    return spots


def _placed(fault: Fault, spots: dict[Location, tuple[int, int]]) -> Fault:
    """Return a fault with the place of its location, or of the nearest part that is around it."""
    if fault.line is not None:
        return fault
    location = fault.location
    while location and location not in spots:
        location = location[:-1]
    return Fault(fault.location, fault.message, *spots.get(location, (1, 1)))


def _places(structure: Structure) -> Places:
    nodes: dict[str, Place] = {}
    options: dict[tuple[str, int], Place] = {}
    for location, spot in structure.spots.items():
        match location:
            case ("nodes", str(node_id)):
                nodes[str(node_id)] = Place(*spot)
            case ("nodes", str(node_id), "options", int(number)):
                options[str(node_id), number] = Place(*spot)
    return Places(nodes, options)
