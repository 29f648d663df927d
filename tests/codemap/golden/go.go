package shop

import (
	"fmt"
	money "example.com/farm/core/money"
	. "example.com/farm/rules"
	_ "example.com/farm/driver"
)

// Order is one order.
// gf: data_contracts.entities.Order
type Order struct {
	Number, count int
	Lines         []Line `json:"line_list,omitempty" db:"lines"`
	*Base
	stock.Shelf
	nested struct{ Inner int }
}

type Sized interface {
	Size(unit string) (int, error)
	Named
}

type (
	Alias = Order
	Keep  func(Line) bool
)

const (
	New = iota
	done
)

var limit, unit int = 1, load()

func (o *Order) Total(a, b int, rest ...string) (sum int, err error) {
	if x := check(a); x > 0 {
		o.stock.Warn()
	} else if odd() {
		o.count++
	} else {
		return 0, nil
	}
	for i := range rows() {
		keep(i)
	}
	go func() { later() }()
	defer closeAll()
	switch k := kind().(type) {
	case int:
		one(k)
	}
	select {
	case <-ready():
		act()
	}
	made := &Order{}
	cart := NewCart(1)
	made.Total(1, 2)
	return cart.Sum(), a > 0 && ok()
}

func Map[T any](in []T, f func(T) T) []T {
	http.HandleFunc("/orders", f)
	return in
}

func (e elsewhere) Help() {}
