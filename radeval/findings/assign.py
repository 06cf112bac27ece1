"""The one-to-one assignment with the greatest total, for the few findings of two reports."""

from __future__ import annotations

from collections.abc import Sequence

_MOST_CELLS = 2_500


def best_assignment(weights: Sequence[Sequence[float]]) -> list[tuple[int, int]]:
    """Returns the pairs of row and column with the greatest total weight; pairs of weight 0 or less are left out.

    The Hungarian method in its O(rows² x columns) form (H. W. Kuhn 1955; J. Munkres 1957), in ours because the matrices
    have a handful of cells and the import of an optimiser would cost more than a thousand of them. Beyond 2,500 cells,
    which no report of a radiologist reaches, the heaviest pairs are taken one after the other.

    Args:
        weights: One row for each left side, all of one length.
    """
    if not weights or not weights[0]:
        return []
    if len(weights) * len(weights[0]) > _MOST_CELLS:
        return _heaviest_first(weights)
    across = [list(column) for column in zip(*weights, strict=True)]
    # A square is turned where that orders its rows first: which of several best totals is found is then the same
    # whichever side comes first.
    if len(weights) > len(across) or (len(weights) == len(across) and across < [list(row) for row in weights]):
        turned = best_assignment(across)
        return sorted((row, column) for column, row in turned)
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
    return sorted((row, column) for row, column in pairs if weights[row][column] > 0)


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
