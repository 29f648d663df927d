#include <stdio.h>
#include "stock/shelf.h"
#define LIMIT 3
#define KEEP(x) ((x) > LIMIT)

/* One order. gf: data_contracts.entities.Order */
typedef struct order { int number, *counts; char note[8]; struct order *next; } Order;
typedef struct { int x; } Point;
typedef int (*Keeper)(int);
struct shelf { int size; union { int a; float b; }; enum { LOW, HIGH } level; };
enum state { NEW = 1, DONE };
union bits { int i; float f; };

static int count = 1;
extern int shared;
int declared(int a);

/** The total. */
static inline int *total(int a, char **names, ...)
{
    struct shelf *near = find(a);
    if (near) warn(); else if (odd()) log_it(); else return 0;
    for (int i = start(); i < end(); step()) keep(i);
    while (more()) { next(); }
    do { again(); } while (rest());
    switch (a) { case 1: one(); break; default: other(); }
    near->fill(1);
    return a && ready() ? yes() : no();
}
