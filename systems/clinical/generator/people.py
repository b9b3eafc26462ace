"""Patients that are made up: nobody has these names at these addresses with these numbers."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Any

_GIVEN = {
    "female": ("Ada", "Aisha", "Anna", "Chiara", "Elif", "Emma", "Fatima", "Hanna", "Ines", "Julia", "Kateryna", "Léa",
               "Mai", "Maria", "Nora", "Olga", "Priya", "Ruth", "Sofía", "Zoë"),
    "male": ("Ahmed", "Anton", "Björn", "Carlos", "David", "Emil", "Felix", "Giorgos", "Hugo", "Ivan", "Jakub", "Karl",
             "Luca", "Minh", "Noah", "Omar", "Paul", "Rafał", "Samir", "Tomás"),
}  # fmt: skip
_FAMILY = (
    "Abadi", "Bauer", "Costa", "Dąbrowski", "Eriksen", "Fischer", "García", "Hoffmann", "Ivanova", "Jansen", "Kaya",
    "Lindqvist", "Moreau", "Nguyen", "O'Neill", "Papadopoulos", "Quist", "Rossi", "Šimek", "Tanaka", "Ünal", "Vogel",
    "Weber", "Yildiz", "Zimmermann",
)  # fmt: skip
_STREETS = (
    "Alder Lane",
    "Birch Road",
    "Canal Street",
    "Dock Street",
    "Elm Walk",
    "Field Row",
    "Garden Street",
    "Mill Lane",
)
_TOWNS = ("Ashford", "Brookfield", "Castleton", "Dunmore", "Eastwick", "Fairhaven")


def new_patient(random: Random, today: date) -> dict[str, Any]:
    """Of whoever is admitted: the old more often than the young."""
    sex = random.choice(("female", "male"))
    age = min(max(random.gauss(58, 22), 0), 102)
    return {
        "given_name": random.choice(_GIVEN[sex]),
        "family_name": random.choice(_FAMILY),
        "sex": sex,
        "birth_date": (today - timedelta(days=round(age * 365.25))).isoformat(),
        "address": new_address(random),
        "insurance_number": f"{random.choice('ABCDEFGHKLMNPRSTUVWXYZ')}{random.randrange(10**9):09d}",
        "deceased": False,
    }


def new_address(random: Random) -> dict[str, str]:
    """Where somebody lives, or moves to."""
    return {
        "street": f"{random.choice(_STREETS)} {random.randint(1, 180)}",
        "postcode": f"{random.randint(10000, 99999)}",
        "city": random.choice(_TOWNS),
    }
