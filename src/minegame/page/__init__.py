"""The page in the browser: sliders on the left, on the right what they change, redrawn while they move.

``minegame page`` serves it to a browser on this machine.  Every tab has a draft of its own; what it shows is made by
the same functions as what the commands print.  It asks nothing of the network: the front end (NiceGUI's) and its own
parts (``entry.js``, ``bars.js``, ``sheet.js``, ``style.css``) come from this machine.

A room each: ``draft`` (what a tab works on), ``entries`` (what stands on the left), ``playing`` (negotiations, the
newest values first), ``sight`` (numbers as bars and tables), ``one`` (one negotiation), ``analyses`` (what is asked on
a button); ``elements``, ``tab`` and ``server`` put them into a browser, and only they need NiceGUI.
"""
