#!/usr/bin/env node
'use strict';
const path = require('path');
const { read, write: store } = require('./store');
exports.rules = require('./rules');

function Order(number) { this.number = number; }
Order.prototype.total = function () { return sum(this.lines); };

class Shelf extends Base {
  static size = 3;
  constructor(x) { super(x); this.items = []; }
  fill = async (item) => { await this.items.push(item); };
}

const load = async () => { const rules = await import('./late.mjs'); return rules.all(); };
router.post('/orders', load);
do { step(); } while (again());
outer: for (let i = start(); i < end(); i++) { continue outer; }
const view = <Table rows={load()} />;
module.exports = { Order, Shelf, helper() { return 1; }, other: () => load() };
