"""The one-to-one assignment with the greatest total, for the few findings of two reports."""

from __future__ import annotations

from collections.abc import Sequence

_MOST_CELLS = 2_500


def best_assignment(weights: Sequence[Sequence[float]]) -> list[tuple[int, int]]:
    """Returns the pairs of row and column with the greatest total weight; pairs of weight 0 or less are left out.

    Rows and columns that no positive weight joins are solved apart: most findings of two reports have one possible
    partner or none. Beyond 2,500 cells in one such group, which no report of a radiologist reaches, the heaviest pairs
    are taken one after the other.

    Args:
        weights: One row for each left side, all of one length.
    """
    pairs: list[tuple[int, int]] = []
    for rows, columns in _groups(weights):
        if len(rows) == len(columns) == 1:
            pairs.append((rows[0], columns[0]))
            continue
        part = [[weights[row][column] for column in columns] for row in rows]
        solve = _heaviest_first if len(rows) * len(columns) > _MOST_CELLS else _exact
        pairs += [(rows[row], columns[column]) for row, column in solve(part)]
    return sorted(pairs)


def _groups(weights: Sequence[Sequence[float]]) -> list[tuple[list[int], list[int]]]:
    """Returns rows and columns, both in order, that positive weights join directly or through others."""
    joined = [[column for column, weight in enumerate(line) if weight > 0] for line in weights]
    holders: dict[int, list[int]] = {}
    for row, columns in enumerate(joined):
        for column in columns:
            holders.setdefault(column, []).append(row)
    found = []
    done: set[int] = set()
    for first, columns in enumerate(joined):
        if first in done or not columns:
            continue
        rows, reached, queue = {first}, set(columns), list(columns)
        while queue:
            for row in holders[queue.pop()]:
                if row not in rows:
                    rows.add(row)
                    queue += [column for column in joined[row] if column not in reached]
                    reached.update(joined[row])
        done |= rows
        found.append((sorted(rows), sorted(reached)))
    return found


def _exact(weights: Sequence[Sequence[float]]) -> list[tuple[int, int]]:
    """Returns the best pairs by the Hungarian method in its O(rows² x columns) form.

    H. W. Kuhn 1955, J. Munkres 1957; written out because the matrices have a handful of cells and the import of an
    optimiser would cost more than a thousand of them.
    """
    across = [list(column) for column in zip(*weights, strict=True)]
    # A square is turned where that orders its rows first: which of several best totals is found is then the same
    # whichever side comes first.
    if len(weights) > len(across) or (len(weights) == len(across) and across < [list(row) for row in weights]):
        return [(row, column) for column, row in _exact(across)]
    rows, columns = len(weights), len(weights[0])
    row_price, column_price = [0.0] * (rows + 1), [0.0] * (columns + 1)
    holder = [0] * (columns + 1)
    for row in range(1, rows + 1):
        holder[0] = row
        column = 0
        least, came_from, done = [float("inf")] * (columns + 1), [0] * (columns + 1), [False] * (columns + 1)
        while holder[column]:
            done[column] = True
            current, step, following = holder[column], float("inf"), 0
            for other in range(1, columns + 1):
                if not done[other]:
                    cost = -weights[current - 1][other - 1] - row_price[current] - column_price[other]
                    if cost < least[other]:
                        least[other], came_from[other] = cost, column
                    if least[other] < step:
                        step, following = least[other], other
            for other in range(columns + 1):
                if done[other]:
                    row_price[holder[other]] += step
                    column_price[other] -= step
                else:
                    least[other] -= step
            column = following
        while column:
            holder[column] = holder[came_from[column]]
            column = came_from[column]
    pairs = [(holder[column] - 1, column - 1) for column in range(1, columns + 1) if holder[column]]
    return [(row, column) for row, column in pairs if weights[row][column] > 0]


def _heaviest_first(weights: Sequence[Sequence[float]]) -> list[tuple[int, int]]:
    cells = ((weight, row, column) for row, line in enumerate(weights) for column, weight in enumerate(line))
    rows: set[int] = set()
    columns: set[int] = set()
    pairs = []
    for _, row, column in sorted((cell for cell in cells if cell[0] > 0), key=lambda cell: (-cell[0], *cell[1:])):
        if row not in rows and column not in columns:
            rows.add(row)
            columns.add(column)
            pairs.append((row, column))
    return sorted(pairs)
