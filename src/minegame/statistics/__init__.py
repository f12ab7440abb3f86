"""Statistics that any analysis may use: intervals, sample sizes that suffice, comparisons on common luck."""
