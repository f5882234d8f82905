"""Wikidata: https://www.wikidata.org/w/api.php?action=help&modules=wbgetentities%2Bwbsearchentities

Every brand has an item, and so has a village that is called as the first of them.
"""

from __future__ import annotations

from typing import Any

from tests.replay.answers import NOT_FOUND, Answer, Question, as_json
from tests.replay.world import BRANDS, HOME, Brand, World

VILLAGE = "Q90000000"


def action(world: World, question: Question) -> Answer:
    """Items by the beginning of their name, and whole items by id."""
    if question.path != "/w/api.php":
        return NOT_FOUND
    items = {one.item: _item(one) for one in BRANDS} | {VILLAGE: _village()}
    if question.query.get("action") == "wbsearchentities":
        wanted = question.query.get("search", "").casefold()
        rows = [
            {"id": item, "label": _label(entity), "match": {"type": "label", "text": _label(entity)}}
            for item, entity in sorted(items.items())
            if wanted and _label(entity).casefold().startswith(wanted)
        ]
        return as_json({"searchinfo": {"search": wanted}, "search": rows, "success": 1})
    if question.query.get("action") == "wbgetentities":
        ids = question.query.get("ids", "").split("|")
        found = {item: items.get(item, {"id": item, "missing": ""}) for item in ids}
        return as_json({"entities": found, "success": 1})
    return as_json({"error": {"code": "badvalue", "info": 'Unrecognized value for parameter "action".'}})


def _label(entity: dict[str, Any]) -> str:
    return str(entity["labels"]["en"]["value"])


def _item(one: Brand) -> dict[str, Any]:
    values = {
        "P856": f"https://{one.domain}/",
        "P1019": f"https://{one.domain}{one.feed}" if one.feed else "",
        "P4033": f"{one.mastodon}@{HOME}" if one.mastodon else "",
        "P2003": f"{one.id}_coffee",
        "P4264": one.id,
    }
    links = {f"{language}wiki": {"title": article[0]} for language, article in one.articles.items()}
    return _entity(one.item, one.name, "company that roasts coffee", values) | {"sitelinks": links}


def _village() -> dict[str, Any]:
    return _entity(VILLAGE, BRANDS[0].name.partition(" ")[0], "village in Sweden", {})


def _entity(item: str, label: str, about: str, values: dict[str, str]) -> dict[str, Any]:
    return {
        "type": "item",
        "id": item,
        "modified": "2026-01-02T03:04:05Z",
        "labels": {"en": {"language": "en", "value": label}},
        "descriptions": {"en": {"language": "en", "value": about}},
        "claims": {
            name: [
                {
                    "mainsnak": {"snaktype": "value", "property": name, "datavalue": {"value": value}},
                    "type": "statement",
                    "rank": "normal",
                }
            ]
            for name, value in values.items()
            if value
        },
        "sitelinks": {},
    }
