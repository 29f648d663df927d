using System;
using Cents = Farm.Core.Money;
using static Farm.Core.Rules;
namespace Farm.Shop;

/// <summary>One order.</summary>
// gf: data_contracts.entities.Order
[Table("orders")]
public sealed partial record class Order(int Number, string? Note = null) : Base(Number), ISized
{
    public int Count { get; init; } = 1;
}

public class Shelf<T> : Base<T>, ISized where T : class
{
    private readonly int _limit = 1, _count;
    public const int Unit = 3;
    [JsonPropertyName("label")] public required string? Name { get; set; }
    public event EventHandler Filled;
    public int this[int i] => At(i);

    public Shelf(int limit) : base(Check(limit)) { }

    [HttpGet("all")]
    public async Task<int> All(int limit = 1, params string[] names)
    {
        var made = new Cart(1);
        Stock near = Near();
        if (limit > 0) Warn(); else near.Fill(made);
        foreach (var name in Names()) { this._stock.Take(name); }
        near?.Refresh();
        try { Open(); } catch (Busy e) when (Retry()) { throw; } finally { Close(); }
        switch (limit) { case 1: One(); break; default: Other(); break; }
        var kind = limit switch { 1 => First(), _ => Rest() };
        int Local() => Inner();
        Run(x => x.Later());
        app.MapGet("/shelves", () => 1);
        return limit > 0 && Ready() ? await Yes<int>(1) : No();
    }

    enum State { New = 1, Done }
    interface ISized { int Size(); }
    struct Point { public int X; }
    delegate int Keep(int x);
}
