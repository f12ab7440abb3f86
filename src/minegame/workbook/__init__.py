"""Workbooks for people who live in a spreadsheet: scenarios out and in again, tables of points in, results out.

Text that begins like a formula is written as text, so that no spreadsheet runs it; what is read is never guessed: a
formula without a value, a date where a number is wanted and a number in an unclear spelling are refused by their cell.
"""

from minegame.workbook.cells import Cell
from minegame.workbook.reading import Sheet, opened
from minegame.workbook.scenario_in import read_scenario
from minegame.workbook.scenario_out import scenario_workbook
from minegame.workbook.tables_out import tables_workbook

__all__ = ["Cell", "Sheet", "opened", "read_scenario", "scenario_workbook", "tables_workbook"]
