"""Writes the countries, subdivisions and languages of pycountry into a SQLite file for Datasette,
and the same rows as JSON, by table and key, for the test to compare with.

Usage: load.py DATABASE TRUTH
"""

import json
import sqlite3
import sys

import pycountry

TABLES = {
    "countries": (pycountry.countries, "alpha_2"),
    "subdivisions": (pycountry.subdivisions, "code"),
    "languages": (pycountry.languages, "alpha_3"),
}

database = sqlite3.connect(sys.argv[1])
truth = {}
for name, (entries, key) in TABLES.items():
    rows = [entry._fields for entry in entries]
    columns = sorted({column for row in rows for column in row})
    definitions = ", ".join(
        f'"{column}" TEXT{" PRIMARY KEY" if column == key else ""}' for column in columns
    )
    database.execute(f"CREATE TABLE {name} ({definitions})")
    marks = ", ".join("?" for _ in columns)
    values = [[row.get(column) for column in columns] for row in rows]
    database.executemany(f"INSERT INTO {name} VALUES ({marks})", values)
    truth[name] = {row[key]: {column: row.get(column) for column in columns} for row in rows}
database.commit()
with open(sys.argv[2], "w", encoding="utf-8") as file:
    json.dump(truth, file)
