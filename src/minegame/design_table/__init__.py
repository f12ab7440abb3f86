"""Tables of design points: a CSV file or a workbook whose columns are paths and whose rows are points.

People write such tables in spreadsheets, which change what is typed: what can be read in one way only is read (decimal
commas between semicolons, percent of shares, the index that pandas writes), and whatever else is refused by its row and
column.
"""

from minegame.design_table.grid import DesignTable, read_design
from minegame.design_table.points import as_csv, points_of

__all__ = ["DesignTable", "as_csv", "points_of", "read_design"]
