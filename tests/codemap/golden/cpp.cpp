#include "shelf.hpp"
#include <vector>

namespace farm::shop {
namespace { int hidden; }

/// One order.
// gf: data_contracts.entities.Order
template <typename T>
class Order : public Base<T>, private Sized {
    int secret;
public:
    int number = 1;
    static const int Limit = 2;
    explicit Order(int n) : number(n), total_(sum()) {}
    ~Order();
    virtual void fill(int by = 1) const override;
    T operator+(const T& other);
    struct Inner { int depth; };
    enum class State { New, Done = 2 };
    using Alias = int;
private:
    std::string total_;
    friend class Shelf;
};

template <typename T>
void Order<T>::fill(int by) const
{
    auto made = make<Cart>(1);
    Shelf near(2);
    near.take();
    this->keep();
    Rules::check(by);
    try { open(); } catch (const Busy& e) { throw; }
    auto later = [&](int i) { return act(i); };
    for (auto& row : rows()) keep(row);
    auto* other = new Cart(2);
    other->sum();
    if (by > 0 && ready()) warn(); else skip();
}

int Elsewhere::help() { return 1; }
int plain();
enum Old { A, B };
}
