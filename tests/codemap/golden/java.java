package farm.shop;

import farm.core.Money;
import static farm.core.Rules.check;
import farm.stock.*;

/** One order. gf: data_contracts.entities.Order */
@Entity(name = "orders")
public record Order(int number, @JsonProperty("line_list") List<Line> lines) implements Sized {
    public Order {
        check(number);
    }
}

@RequestMapping("/shelves")
public abstract class Shelf<T extends Item> extends Base<T> implements Sized, Named {
    public static final int LIMIT = 3;
    @Id private long id, version = 1;
    private final Stock stock;

    public Shelf(Stock stock) {
        super(1);
        this.stock = stock;
    }

    @Override
    @GetMapping("/all")
    public List<T> all(int limit, String... names) throws Gone {
        var made = new Cart<T>(limit);
        Stock near = stock.near();
        if (limit > 0) { warn(); } else { near.fill(made); }
        for (String name : names()) { this.stock.take(name); }
        try (Handle h = open()) { store(h); } catch (Busy e) { throw wrap(e); } finally { close(); }
        run(() -> later(), new Task() { public void go() { act(); } });
        return switch (kind()) { case 1 -> one(); default -> other(); };
    }

    public void all() { boolean b = on() && ready() || done() ? yes() : no(); }

    enum State implements Named { NEW(1), DONE { void f() { g(); } }; private int code; State(int c) { code = c; } }

    interface Sized { int UNIT = 1; int size(); default int twice() { return 2 * size(); } }
}

@interface Marked { String value() default ""; }

sealed interface Shape permits Circle {}
