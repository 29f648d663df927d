"""The tables of the index. Change anything here and raise ``VERSION``: older files are rebuilt, never migrated."""

from __future__ import annotations

VERSION = 4

TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE tx (
  n INTEGER PRIMARY KEY,            -- graph order
  oid TEXT NOT NULL UNIQUE, stream TEXT NOT NULL, actor TEXT NOT NULL, at INTEGER NOT NULL, subject TEXT NOT NULL,
  key TEXT
);
CREATE INDEX tx_stream ON tx (stream) WHERE stream != '';
CREATE UNIQUE INDEX tx_key ON tx (key) WHERE key IS NOT NULL;
CREATE INDEX tx_at ON tx (at);
CREATE TABLE record (
  n INTEGER PRIMARY KEY,            -- graph order, ties by id
  id TEXT NOT NULL UNIQUE, type TEXT NOT NULL, tx INTEGER NOT NULL, path TEXT NOT NULL, run TEXT, title TEXT NOT NULL,
  damaged TEXT NOT NULL DEFAULT ''
);
CREATE INDEX record_type ON record (type);
CREATE INDEX record_tx ON record (tx);
CREATE INDEX record_damaged ON record (n) WHERE damaged != '';
CREATE INDEX record_run ON record (run) WHERE run IS NOT NULL;
-- Numbers of records: what is appended lies together, however random the ids are. A parent that this clone has not
-- (a shallow one, or what was damaged) is the negative number of its row in missing.
CREATE TABLE edge (child INTEGER NOT NULL, parent INTEGER NOT NULL, PRIMARY KEY (child, parent)) WITHOUT ROWID;
CREATE INDEX edge_parent ON edge (parent);
CREATE TABLE missing (n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE);
CREATE TABLE blob (n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, tx INTEGER NOT NULL, path TEXT NOT NULL);
CREATE TABLE unread (n INTEGER PRIMARY KEY);  -- contents that were not here to be looked into (a partial clone)
CREATE TABLE words (n INTEGER PRIMARY KEY, text TEXT NOT NULL);  -- of record n, of blob n under -n
-- Behind words, until somebody searches: meta says from which to which n it goes.
CREATE VIRTUAL TABLE search USING fts5(
  text, content='words', content_rowid='n', tokenize='unicode61 remove_diacritics 2', prefix='2 3'
);
"""
