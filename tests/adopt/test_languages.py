"""What is drafted from each language: types of data with their fields, bound, and quiet right after."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from factory_git.spec.format import formatted
from tests.adopt.conftest import Judge, Make, fields, run, spec_of

DJANGO = {
    "shop/models.py": """\
from django.db import models


class Buyer(models.Model):
    name = models.CharField(max_length=50)
    email = models.EmailField(null=True)
    since = models.DateField()
    objects = models.Manager()


class Order(models.Model):
    number = models.IntegerField(primary_key=True)
    buyer = models.ForeignKey(Buyer, on_delete=models.CASCADE)
    total = models.DecimalField(max_digits=9, decimal_places=2)
    sent_at = models.DateTimeField(null=True)
    paid = models.BooleanField(default=False)


class Stamped(models.Model):
    at = models.DateTimeField()

    class Meta:
        abstract = True
""",
    "shop/forms.py": "from django import forms\n\n\nclass OrderForm(forms.Form):\n    number = forms.IntegerField()\n",
    "shop/migrations/one.py": (
        "from django.db import models\n\n\nclass Old(models.Model):\n    name = models.CharField(max_length=5)\n"
    ),
    "shop/tests.py": "from dataclasses import dataclass\n\n\n@dataclass\nclass Fake:\n    a: int\n    b: int\n",
}
DATACLASSES = {
    "farm/model.py": """\
from __future__ import annotations

import enum
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Optional

from pydantic import BaseModel


class Crop(enum.Enum):
    BASIL = "basil"
    MINT = "mint"


@dataclass(frozen=True)
class Block:
    id: str
    crop: Crop
    plants: int = 0
    planted: date | None = None
    tags: list[str] = field(default_factory=list)


class Spray(BaseModel):
    block_id: str
    block_ref: int
    product: Optional[str] = None
    litres: Decimal
    by: Block
    extra: dict[str, object] = {}


@dataclass
class BlockConfig:
    path: str
    depth: int


class TooLate(Exception):
    words: str
    day: int


def helper(block: Block) -> int:
    return 1
""",
}
TYPESCRIPT = {
    "src/models/Order.ts": """\
import { Entity, Column, PrimaryGeneratedColumn, ManyToOne } from 'typeorm';
import { Buyer } from './Buyer';

@Entity()
export class Order {
  @PrimaryGeneratedColumn()
  id: number;

  @Column()
  state: 'new' | 'done';

  @Column({ nullable: true })
  note: string | null;

  @Column()
  sentAt?: Date;

  @Column()
  count: number;

  @Column()
  weight: number;

  @Column()
  buyerId: string;

  @ManyToOne(() => Buyer)
  buyer: Buyer;
}
""",
    "src/models/Buyer.ts": """\
import { Entity, Column, PrimaryColumn } from 'typeorm';

@Entity()
export class Buyer {
  @PrimaryColumn()
  id: string;

  @Column()
  email: string;

  @Column()
  tags: string[];
}
""",
    "src/models/Line.ts": """\
import { Entity, Column } from 'typeorm';

@Entity()
export class Line {
  @Column()
  orderId: number;

  @Column()
  paid: boolean;
}
""",
    "src/ui/Props.ts": "export interface RowProps {\n  title: string;\n  open: boolean;\n}\n",
}
JAVA = {
    "src/main/java/shop/Order.java": """\
package shop;

import java.math.BigDecimal;
import java.time.LocalDate;

@Entity
public class Order {
  @Id
  private Long id;
  private String note;
  private BigDecimal total;
  private LocalDate day;
  private Buyer buyer;
  private static final int LIMIT = 3;

  public Long getId() {
    return id;
  }
}
""",
    "src/main/java/shop/Buyer.java": "package shop;\n\n@Entity\npublic class Buyer {\n  @Id\n  private String code;\n"
    "  private boolean active;\n}\n",
    "src/main/java/shop/Line.java": "package shop;\n\n@Entity\npublic record Line(Order order, int count) {}\n",
    "src/main/java/shop/OrderService.java": "package shop;\n\npublic class OrderService {\n  private Order last;\n"
    "  private Buyer buyer;\n}\n",
}
PHP = {
    "src/Order.php": """\
<?php
namespace Shop;

final class Order
{
    public function __construct(
        public readonly int $id,
        public readonly ?string $note,
        public readonly \\DateTimeImmutable $sentAt,
        public readonly bool $paid,
    ) {
    }
}
""",
}
GO = {
    "internal/model/order.go": """\
package model

import "time"

type Order struct {
	ID        int64     `json:"id"`
	BuyerID   int64     `json:"buyer_id"`
	Note      *string   `json:"note"`
	SentAt    time.Time `json:"sent_at"`
	Tags      []string  `json:"tags"`
	secret    string
}

type Buyer struct {
	ID    int64  `json:"id"`
	Email string `json:"email"`
}

type Line struct {
	OrderID int64 `json:"order_id"`
	Total   int   `json:"total"`
}

type OrderCreationRequest struct {
	Note  string `json:"note"`
	Total int    `json:"total"`
}

type Handler struct {
	Store string
	Path  string
}
""",
}
RUST = {
    "src/models.rs": """\
#[derive(Serialize, Deserialize)]
pub struct Order {
    pub id: u64,
    pub note: Option<String>,
    pub paid: bool,
    pub tags: Vec<String>,
}

#[derive(Debug)]
pub struct Config {
    pub path: String,
    pub depth: u32,
}
""",
}


@pytest.mark.parametrize(
    "files", [DJANGO, DATACLASSES, TYPESCRIPT, JAVA, PHP, GO, RUST],
    ids=["django", "dataclasses", "typescript", "java", "php", "go", "rust"],
)  # fmt: skip
def test_the_check_is_green_right_after_and_the_spec_canonical(
    make: Make, judge: Judge, files: Mapping[str, str]
) -> None:
    repo = make(files)
    adopted = run(repo)
    assert adopted.draft.entities
    assert judge(repo) == []
    text = (repo / "factory.yaml").read_bytes()
    assert formatted(text, "factory.yaml") == text
    assert run(repo).changed == ()  # a second time there is nothing new


def test_django_models(make: Make) -> None:
    repo = make(DJANGO)
    run(repo, everything=True)
    spec = spec_of(repo)
    assert {one.name for one in spec.entities} == {"Buyer", "Order"}
    assert fields(spec, "Order") == {
        "number": "int key", "buyer": "ref Buyer", "total": "decimal", "sent_at": "datetime?", "paid": "bool",
    }  # fmt: skip
    assert fields(spec, "Buyer") == {"name": "text", "email": "text?", "since": "date"}


def test_dataclasses_and_pydantic(make: Make) -> None:
    repo = make(DATACLASSES)
    run(repo)
    spec = spec_of(repo)
    assert {one.name for one in spec.entities} == {"Block", "Spray"}
    assert fields(spec, "Block") == {
        "id": "text key", "crop": "enum basil mint", "plants": "int", "planted": "date?", "tags": "list text",
    }  # fmt: skip
    assert fields(spec, "Spray") == {
        "block_id": "ref Block", "block_ref": "int", "product": "text?", "litres": "decimal", "by": "ref Block",
        "extra": "json",
    }  # fmt: skip


def test_typescript_entities(make: Make) -> None:
    repo = make(TYPESCRIPT)
    run(repo)
    spec = spec_of(repo)
    assert {one.name for one in spec.entities} == {"Order", "Buyer", "Line"}
    assert fields(spec, "Order") == {
        "id": "int key", "state": "enum new done", "note": "text?", "sent_at": "datetime?", "count": "int",
        "weight": "decimal", "buyer": "ref Buyer",
    }  # fmt: skip
    assert fields(spec, "Line") == {"order_id": "ref Order", "paid": "bool"}


def test_java_entities(make: Make) -> None:
    repo = make(JAVA)
    run(repo)
    spec = spec_of(repo)
    assert {one.name for one in spec.entities} == {"Order", "Buyer", "Line"}
    assert fields(spec, "Order") == {
        "id": "int key", "note": "text", "total": "decimal", "day": "date", "buyer": "ref Buyer",
    }  # fmt: skip
    assert fields(spec, "Line") == {"order": "ref Order", "count": "int"}


def test_php_classes(make: Make) -> None:
    repo = make(PHP)
    run(repo)
    assert fields(spec_of(repo), "Order") == {
        "id": "int key", "note": "text?", "sent_at": "datetime", "paid": "bool",
    }  # fmt: skip


def test_go_structs(make: Make) -> None:
    repo = make(GO)
    run(repo)
    spec = spec_of(repo)
    # A request passes by, a handler holds no data.
    assert {one.name for one in spec.entities} == {"Order", "Buyer", "Line"}
    run(repo, everything=True)
    assert {one.name for one in spec_of(repo).entities} == {"Order", "Buyer", "Line", "OrderCreationRequest"}
    assert fields(spec, "Order") == {
        "id": "int key", "buyer_id": "ref Buyer", "note": "text?", "sent_at": "datetime", "tags": "list text",
    }  # fmt: skip


def test_rust_structs(make: Make) -> None:
    repo = make(RUST)
    run(repo)
    spec = spec_of(repo)
    assert {one.name for one in spec.entities} == {"Order"}
    assert fields(spec, "Order") == {"id": "int key", "note": "text?", "paid": "bool", "tags": "list text"}
