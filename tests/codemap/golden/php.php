<?php
declare(strict_types=1);
namespace Farm\Shop;

use Farm\Core\Money;
use Farm\Stock\{Shelf as Rack, Bin};
use function Farm\Core\check;
require_once __DIR__ . '/boot.php';

/** One order. */
// gf: data_contracts.entities.Order
#[Route('/orders', name: 'orders')]
final class Order extends Base implements Sized, Named
{
    use Stamped;
    const LIMIT = 3;
    private ?int $number = 1, $count;
    public static string $unit;

    public function __construct(private readonly Rack $rack, public int $size = 2, int ...$rest)
    {
        parent::__construct();
        $this->number = $size;
    }

    public static function make(?Money $price = null): ?static
    {
        $cart = new Cart(1);
        $cart->add($price);
        $this?->rack->find(1);
        self::check();
        if ($price) { warn(); } elseif (odd()) { log_it(); } else { return null; }
        foreach (rows() as $row) { keep($row); }
        return $price ?? none();
    }
}

enum State: string { case New = 'new'; case Done = 'done'; public function label(): string { return name($this); } }
interface Sized extends Countable { public function size(): int; }
trait Stamped { protected int $at; abstract function stamp(); }

function allocate(array &$lines, $limit)
{
    try { open(); } catch (Busy $e) { throw new Late($e); } finally { close(); }
    $keep = fn($x) => $x->wanted();
    $kind = match (true) { ready() => one(), default => other() };
    switch ($limit) { case 1: first(); break; default: rest(); }
    Router::get('/orders/{id}', function () { respond(); });
    $limit && go();
    \Farm\Core\settle();
    return $limit ? yes() : no();
}
