import type { Line } from './line';
import Stock, * as rules from "./stock";
import fs = require('fs');
export * from './money';
export * as shapes from './shapes';
export { Total as Sum } from './total';
export { helper };

/** One order.
 * gf: data_contracts.entities.Order */
@Entity({ table: name() })
export default class Order<T> extends Base<T> implements Sized, Named {
  @Column() readonly number?: string = 'none';
  private static count: number;
  #secret = 1;
  declare extra: string;

  constructor(private readonly stock: Stock, public note?: string) {
    super();
    this.total = zero();
  }

  get due(): string { return this.stock.find(1)?.price ?? none(); }

  @Get('/orders') async *all<T>(limit: number = 3, ...rest: string[]): Promise<void> {
    this.stock?.refresh(limit);
    for (const one of rest) { await one.send(); }
  }

  handler = (event: Event) => { this.all(event.count); };
}

interface Sized<T> extends Countable {
  size?: number;
  readonly unit: string;
  grow(by: number): void;
  (x: number): string;
}

export type Paid = { amount: number; at?: Date } & Stamped;
type Either = Paid | null;
export const enum State { New = 1, Done, Late = 'late' }
export abstract class Shelf { abstract fill(): void; protected hidden(): void {} }

namespace Farm.Tools { export function sow() {} }
declare module 'somewhere' { export function far(): void; }
declare function native(x: number): string;

export function price(line: Line): number;
export function price(line: Line, count: number): number;
export function price(line: any, count?: any) {
  if (count) { check(count); } else if (odd()) { warn(); } else { return 0; }
  try { open(); } catch (error) { throw wrap(error); } finally { close(); }
  switch (line.kind) { case 'a': one(); break; default: other(); }
  const cart = new Cart<Line>(line);
  let made: Order<Line> = make();
  return cart.total() && made.due || ready();
}

export const allocate = async ({ lines, limit }: Options): Promise<Line[]> => lines.map(l => keep(l));
const { left, right } = require('./pair'), flag = on() ? yes() : no();
const table = { sow() { return dig(); }, reap: () => cut(), size: 3 };
app.get('/orders/:id', (request) => respond(request));
function* counter() { yield next(); }
