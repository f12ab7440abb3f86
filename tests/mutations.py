"""Seeded faults: what could be wrong in the rules, the dice and the turns, and the tests that would notice.

Each fault replaces a piece of source by a faulty one; the tests named beside it must fail then, and pass without it.
``python tests/mutations.py`` tries them all and says which tests noticed what.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = Path("src", "minegame")


@dataclass(frozen=True)
class Fault:
    """A fault: in ``file``, ``right`` becomes ``wrong``; the test ``noticed_by`` sees it.

    ``within`` names the function that holds the piece, where the piece alone occurs more than once in the file.
    """

    name: str
    file: str
    right: str
    wrong: str
    noticed_by: str
    within: str = ""

    def __str__(self) -> str:
        return self.name

    def applied_to(self, source: str) -> str:
        """The source with the fault; ValueError unless there is exactly one such piece."""
        start, stop = 0, len(source)
        if self.within:
            start = source.index(f"\ndef {self.within}(")
            following = re.compile(r"\n(?:@|#|def )").search(source, start + 1)
            stop = following.start() if following else stop
        piece = source[start:stop]
        if piece.count(self.right) != 1:
            raise ValueError(f"{self.name}: {piece.count(self.right)} times {self.right!r} in {self.file}")
        return source[:start] + piece.replace(self.right, self.wrong) + source[stop:]


def in_rules(name: str, within: str, right: str, wrong: str, noticed_by: str = "") -> Fault:
    """A fault in a rule, noticed by the rule's own example unless a test is named."""
    example = f"src/minegame/rules.py::minegame.rules.{within}"
    return Fault(name, "rules.py", right, wrong, f"tests/{noticed_by}" if noticed_by else example, within)


def in_turns(name: str, within: str, right: str, wrong: str, noticed_by: str) -> Fault:
    """A fault in a turn, noticed by a test of the turns."""
    return Fault(name, "turns.py", right, wrong, f"tests/test_turns.py::{noticed_by}", within)


def in_chance(name: str, within: str, right: str, wrong: str, noticed_by: str) -> Fault:
    """A fault in the dice, noticed by a test of the dice."""
    return Fault(name, "chance.py", right, wrong, f"tests/test_chance.py::{noticed_by}", within)


def in_campaigns(name: str, within: str, right: str, wrong: str, noticed_by: str) -> Fault:
    """A fault in what carries over from tender to tender, noticed by a test of campaigns."""
    return Fault(name, "carry_over.py", right, wrong, f"tests/test_campaign.py::{noticed_by}", within)


FAULTS = (
    # ------------------------------------------------------------------------------------------------------- the rules
    in_rules("a price without reversion drifts up", "price_motion",
             "-0.5 * sigma * sigma * years", "0.5 * sigma * sigma * years"),
    in_rules("the mean price lies above the long-run price", "price_level",
             "- sigma * sigma", "+ sigma * sigma",
             "test_turns.py::test_r1_r2_the_price_moves_a_month_at_a_time_from_the_initial_price"),
    in_rules("a mine earns before it is built", "annuity_factor", "** -lead", "** lead"),
    in_rules("covered capital costs the wedge", "project", "(1.0 - coverage)", "coverage"),
    in_rules("a loss gets its tax back", "project", "max(0.0, profit)", "profit",
             "test_rules.py::test_r3_what_a_mine_earns_goes_to_cost_tax_or_owner"),
    in_rules("money left over multiplies the levers", "budget_scale", "min(1.0, left / cost)", "left / cost",
             "test_turns.py::test_r4_levers_are_paid_in_full_while_the_budget_lasts_then_scaled_then_nothing"),
    in_rules("carrying a threat out costs its strength and not the square", "follow_through",
             "threat * threat)", "threat)",
             "test_turns.py::test_r5_r6_a_refused_threat_is_carried_out_or_the_patron_backs_down"),
    in_rules("attention hastens a letter without a mandate", "commitment_hazard_rate",
             "engagement_slope * engagement * mandate", "engagement_slope * engagement",
             "test_turns.py::test_r7_engagement_hastens_a_letter_only_under_a_mandate"),
    in_rules("a tied lender pays more than its largest share", "letter_share",
             "min(max_share, offtake_multiple * offtake)", "offtake_multiple * offtake",
             "test_turns.py::test_r7_a_tied_lender_pays_for_offtake_and_at_most_its_share"),
    in_rules("denial helps its victim", "completion_probability", "1.0 - denial_effect", "1.0 + denial_effect"),
    in_rules("the impatient side holds out", "patience_ratio",
             "math.log(host_impatience / total) / math.log(bidder_impatience / total)",
             "math.log(bidder_impatience / total) / math.log(host_impatience / total)",
             "test_turns.py::test_r10_an_impatient_bidder_gives_way_early"),
    in_rules("a month passes a month late", "elapsed", "min(month + 1, months)", "min(month, months)"),
    in_rules("time goes on after the last month", "elapsed", "min(month + 1, months)", "(month + 1)"),
    in_rules("more than all of the output is processed", "efficient_share", "min(1.0, value / cost)", "value / cost"),
    in_rules("the premium is subject to the hurdle", "reservation_transfer",
             "(1.0 - hurdle) * own + premium * weight", "(1.0 - hurdle) * (own + premium * weight)"),
    in_rules("equity has no cap", "split_transfer",
             "min(equity_max, equity_min + equity_weight * transfer / value)",
             "equity_min + equity_weight * transfer / value",
             "test_turns.py::test_r12_equity_stops_at_its_cap_and_the_rest_is_bonus"),
    in_rules("offtake is a gain to the host", "mine_income", "-0.5 * offtake_cost", "0.5 * offtake_cost"),
    in_rules("the bonus counts only if the mine is built", "rent", "bonus * coverage", "bonus * completion"),
    in_rules("geology promises more than a deposit holds", "fair_multiplier", " - 0.5 * sd * sd", ""),
    in_rules("a tariff hits all exports", "tariff_loss", "exports * exposed_share", "exports"),
    in_rules("the host asks along another line", "requested_concession", "(aspiration - opening)", "aspiration",
             "test_turns.py::test_r20_the_host_asks_along_the_line_from_the_opening_to_the_full_concession"),
    in_rules("a threat hurts a host that yields", "threat_loss", "(1.0 - share - unasked)", "share"),
    in_rules("backlash grows with the threat and not its square", "backlash", "threat * threat", "threat",
             "test_turns.py::test_r14_r15_r17_politics_worked_out_by_hand"),
    in_rules("yield and interest are swapped in the option", "option_root",
             "(rate - yield_rate)", "(yield_rate - rate)",
             "test_rules.py::test_r16_the_option_solves_mcdonald_and_siegel_s_equation"),
    in_rules("credit never saturates", "credit_after", "gain * event * (1.0 - credit)", "gain * event"),
    in_rules("a reopened deal has no cap", "renegotiated_equity", "min(cap, equity + step)", "equity + step"),
    in_rules("the runner-up counts for more than the candidate could give", "floor_utility",
             "min(runner_up, full)", "runner_up"),
    in_rules("the host's demand stands still", "host_patience", "1.0 - math.exp", "math.exp"),
    in_rules("a patron is paid twice for the award", "patron_payoff", "(1.0 - on_award) * built", "built"),
    # -------------------------------------------------------------------------------------------------------- the dice
    in_chance("a draw may be nothing", "_fraction", "(low >> 12)) + 0.5)", "(low >> 12)))",
              "test_draws_stay_inside_the_open_interval_at_the_extreme_words"),
    in_chance("the index of a draw is not used", "_block", "int(index) & _WORD", "0 & _WORD",
              "test_every_part_of_the_address_matters"),
    in_chance("months share their luck every sixteen", "_block", "(int(month) & 0xFFF)", "(int(month) & 0xF)",
              "test_uniform_is_the_52_high_bits_at_the_packed_address_and_a_half"),
    in_chance("nine rounds of Philox", "philox4x32", "range(10)", "range(9)",
              "test_the_published_known_answers"),
    in_chance("the lower tail is the upper", "_tail", "-top / low if q < 0.0", "top / low if q < 0.0",
              "test_normal_quantile_is_the_inverse_of_the_normal_distribution"),
    Fault("two streams have one number", "chance.py",
          "LETTER, CONVERSION = 16, 17", "LETTER, CONVERSION = 16, 16",
          "tests/test_turns.py::test_every_stream_of_luck_has_a_number_of_its_own"),
    # ------------------------------------------------------------------------------------------------------- the turns
    in_chance("both draws of a block are one", "uniform", "odd if stream & 1 else even", "even",
              "test_uniform_is_the_52_high_bits_at_the_packed_address_and_a_half"),
    in_chance("of dice thrown together the last are left out", "_by_eights", "(count + 7) & ~7", "count & ~7",
              "test_dice_thrown_together_are_those_thrown_alone"),
    in_turns("geology goes by the place in the list", "_lay_out_run_dice", "GEOLOGY, game.deposit_key[d]", "GEOLOGY, d",
             "test_the_luck_of_a_run_stands_at_the_keys_of_those_it_befalls"),
    in_turns("taste goes by the place in the list", "_lay_out_run_dice",
             "chance.TREMBLE, key", "chance.TREMBLE, i",
             "test_the_luck_of_a_run_stands_at_the_keys_of_those_it_befalls"),
    in_turns("a bidder's cost and impatience share their luck", "_seat_bidder",
             "state.run_dice[1, _COST_AT + i]", "state.run_dice[0, _COST_AT + i]",
             "test_the_luck_of_a_run_stands_at_the_keys_of_those_it_befalls"),
    in_turns("a letter of the last run is still there", "_begin", "state.letter_month[f] = NOBODY", "pass",
             "test_before_month_0_nothing_has_happened"),
    Fault("dice of another run lie on the page", "turns.py", "page.replication == state.replication",
          "page.replication >= 0", "tests/test_twins.py::test_games_on_the_same_luck_play_as_each_would_alone"),
    in_turns("a sign of the last run is still seen", "_seat_patron",
             "state.event_month[k, trigger] = NEVER", "pass",
             "test_what_was_played_before_on_a_state_leaves_no_trace"),
    in_turns("the price moves a year at a time", "set_table", "rules.MONTH", "1.0",
             "test_r1_r2_the_price_moves_a_month_at_a_time_from_the_initial_price"),
    in_turns("levers cost no political capital", "pay",
             "state.budget_left[k], scale * cost", "state.budget_left[k], 0.0",
             "test_r4_levers_are_paid_in_full_while_the_budget_lasts_then_scaled_then_nothing"),
    in_rules("dust pays for a threat", "budget_after", "rest if rest > 1e-12 * budget else 0.0", "rest",
             "test_turns.py::test_r4_what_rounding_leaves_of_a_budget_pays_for_no_threat"),
    in_turns("a lever comes a month late", "_is_on", "return state.month >= onset", "return state.month > onset",
             "test_r21_a_lever_is_on_from_its_onset_month_on"),
    in_rules("an event is answered in its own month", "answer_month", "event + 1 + lag", "event + lag"),
    in_rules("who lags answers at once", "answer_month", "event + 1 + lag", "event + 1"),
    in_rules("an event makes a lever come before its onset", "answer_month", "max(onset, ", "max(0, "),
    in_turns("what needs no event lags too", "_is_on", "return state.month >= onset\n",
             "return state.month >= onset + game.lever_lag[k, lever]\n",
             "test_r21_a_patron_may_take_months_to_answer_and_none_to_do_what_needs_no_event"),
    in_turns("all levers lag alike", "_is_on", "game.lever_lag[k, lever]", "game.lever_lag[k, 0]",
             "test_r21_each_lever_has_its_own_lag"),
    in_turns("a patron answers itself", "_rival_presses", "other != k and ", "",
             "test_r21_a_patron_sees_that_another_presses_and_whether_that_is_a_threat"),
    in_turns("only the first patron's levers are seen", "_rival_presses", "state.lever[other, lever]",
             "state.lever[0, lever]",
             "test_r21_a_patron_sees_that_another_presses_and_whether_that_is_a_threat"),
    in_turns("denial is no threat", "_rival_threatens",
             "max(state.lever[other, TARIFF], state.lever[other, DENIAL])", "state.lever[other, TARIFF]",
             "test_r21_a_patron_sees_that_another_presses_and_whether_that_is_a_threat"),
    in_turns("every lever is a threat", "_happens", "return _rival_threatens(game, state, k)",
             "return _rival_presses(game, state, k)",
             "test_r21_a_patron_sees_that_another_presses_and_whether_that_is_a_threat"),
    in_turns("what is kept is one's own", "_rival_leads", "if i != NOBODY and game.bidder_patron[i] == k:",
             "if i == NOBODY or game.bidder_patron[i] == k:",
             "test_r21_what_is_kept_is_not_one_s_own"),
    in_turns("the probability of a letter is that of the game before", "_commitment",
             "if rate != state.commitment_rate[f, n]:", "if state.commitment_rate[f, n] == 0.0:",
             "test_what_was_reckoned_for_another_game_is_not_taken_for_this_one"),
    in_turns("the time that has elapsed is that of the game before", "_log_elapsed",
             "if elapsed != state.elapsed[n]:", "if state.elapsed[n] == 0.0:",
             "test_what_was_reckoned_for_another_game_is_not_taken_for_this_one"),
    in_turns("an event is seen anew every month", "watch", "state.event_month[k, trigger] == NEVER", "True",
             "test_r21_the_month_of_an_event_is_that_of_the_first"),
    in_turns("the two triggers are swapped", "_happens",
             "return _rival_leads(game, state, k)", "return _rival_letter(game, state, k)",
             "test_r21_a_rival_that_leads_is_answered_a_month_later"),
    in_turns("every month has the same episode", "throw_month_dice", "state.month, streams", "0, streams",
             "test_r6_a_third_country_episode_comes_at_the_patron_s_rate"),
    in_turns("a summit replaces the one before", "gain_standing",
             "state.summits[k] += summit", "state.summits[k] = summit",
             "test_r17_summits_add_up"),
    in_turns("a threat carried out weakens belief", "_learn", "if carried_out:", "if not carried_out:",
             "test_r5_r6_in_an_episode_the_threat_is_carried_out_at_full_strength_or_backed_down"),
    in_turns("a letter is issued again", "commit", "        return\n", "        pass\n",
             "test_r7_a_letter_once_issued_keeps_its_month_and_share"),
    in_turns("the mandate is that of the bidder's patron", "commit",
             "game.financier_patron[f]", "game.bidder_patron[game.financier_bidder[f]]",
             "test_r7_the_mandate_that_counts_is_that_of_the_financier_s_patron"),
    in_turns("a letter alarms its own camp", "_rival_letter",
             "game.bidder_patron[i] != k", "game.bidder_patron[i] == k",
             "test_r21_only_a_public_letter_alarms_and_only_the_other_camps"),
    in_turns("private capital alarms too", "_rival_letter", "game.financier_public[f] and ", "",
             "test_r21_only_a_public_letter_alarms_and_only_the_other_camps"),
    in_turns("an absent bidder's letter alarms", "_rival_letter", " and game.bidder_entry[i] < game.months", "",
             "test_r21_a_letter_to_a_bidder_that_never_enters_alarms_nobody"),
    in_turns("a private lender is tied too", "_issue", " and game.financier_public[f]", "",
             "test_r7_only_a_public_lender_is_tied_to_offtake"),
    in_turns("a letter counts in full", "appraise",
             "game.financier_credibility[f] * state.letter_share[f]", "state.letter_share[f]",
             "test_r8_coverage_counts_own_capital_and_the_letters_at_their_credibility"),
    in_turns("denial adds up over the rivals", "appraise",
             "max(denial, state.lever[k, DENIAL])", "denial + state.lever[k, DENIAL]",
             "test_r9_completion_suffers_from_the_strongest_denial_of_the_rivals_alone"),
    in_turns("a patron denies its own bidder", "appraise", "k != game.bidder_patron[i]", "k >= 0",
             "test_r9_completion_suffers_from_the_strongest_denial_of_the_rivals_alone"),
    in_turns("coverage has no cap", "appraise", "rules.clip(coverage, 0.0, 1.0)", "coverage",
             "test_r8_coverage_is_at_most_everything"),
    in_turns("the plan for next month is this month's", "concede",
             "state.log_following, state.exponent", "state.log_passed, state.exponent",
             "test_r10_a_bidder_as_patient_as_the_host_concedes_along_the_plain_path"),
    in_turns("the tremble goes by the place in the list", "_lay_out_month_dice",
             "chance.TREMBLE, key", "chance.TREMBLE, i",
             "test_r10_the_tremble_is_the_month_s_own_and_the_same_for_the_plan"),
    in_turns("a concession trembles over everything", "concede", "rules.clip(now + tremble, 0.0, 1.0)", "now + tremble",
             "test_r10_a_tremble_leaves_the_concession_between_nothing_and_everything"),
    in_turns("a bidder enters a month late", "offer",
             "state.month >= game.bidder_entry[i]", "state.month > game.bidder_entry[i]",
             "test_r20_nobody_bids_before_entering_or_where_nothing_can_be_transferred"),
    in_turns("a bidder may bid nothing", "offer", "state.reservation[i, d] > 0.0", "state.reservation[i, d] >= 0.0",
             "test_r20_nobody_bids_before_entering_or_where_nothing_can_be_transferred"),
    in_turns("the rent as offered is at another concession", "offer",
             "state.concession[i])", "state.next_concession[i])",
             "test_r3_r13_an_offer_worked_out_by_hand"),
    in_turns("the mandate is that of another patron", "_value_deposit",
             "state.lever[k, FINANCE]", "state.lever[i, FINANCE]",
             "test_r11_a_mandate_raises_what_the_patron_pays_above_market"),
    in_turns("all deposits impress alike", "_lay_out_month_dice",
             "chance.EVALUATION, key, game.deposit_key[d]", "chance.EVALUATION, key, 0",
             "test_r20_what_officials_feel_is_drawn_by_bidder_deposit_and_month"),
    in_turns("the runner-up counts as it offers", "_find_runner_up", "state.trial, FULL)", "state.trial, OFFERED)",
             "test_r20_the_host_holds_out_between_the_runner_up_s_best_and_the_candidate_s_best"),
    in_turns("the runner-up may leave the main bidder a lot", "_find_runner_up", " or _holds(game, state, main)", "",
             "test_r20_of_split_lots_the_runner_up_leaves_the_main_bidder_nothing"),
    in_turns("of equals the last is the main bidder", "main_bidder", "largest + _SAME_SHARE", "largest - _SAME_SHARE",
             "test_r20_the_main_bidder_has_the_largest_share_and_of_equals_the_first_deposit"),
    in_turns("a third is less than a third", "main_bidder", "largest + _SAME_SHARE", "largest",
             "test_r20_equal_lots_are_equal_though_a_third_is_no_number_of_the_machine"),
    in_turns("the host likes what could be offered", "_find_candidate", "state.trial, OFFERED)", "state.trial, FULL)",
             "test_r20_the_runner_up_counts_at_most_what_the_candidate_could_give"),
    in_turns("half of the value is the rival's lead", "_rival_leads", "0.5 - _SAME_SHARE", "0.5 + _SAME_SHARE",
             "test_r21_half_of_the_value_is_no_lead_of_the_rival"),
    in_turns("the host's patience is multiplied by the ratio", "_seat_bidder",
             "game.bargaining_concession_exponent / tilt", "game.bargaining_concession_exponent * tilt",
             "test_r20_an_impatient_main_bidder_lets_the_host_hold_out_longer"),
    in_turns("a counter may be worth less than shelving", "_counter",
             "if state.utility >= state.shelve_utility - _SAME_MONEY * game.host_value_scale:", "if True:",
             "test_r20_the_host_signs_nothing_worse_than_shelving"),
    in_turns("synergy comes to lots that go apart", "_synergy", " or award[d] != award[0]", "",
             "test_r20_synergy_goes_to_whoever_takes_everything"),
    in_turns("a share counts what is left of it from the last allocation", "_share_out",
             "state.share[k] = 0.0", "pass",
             "test_a_heeded_threat_costs_its_patron_nothing"),
    in_turns("camps are not measured against their ideal", "_portfolio",
             "game.patron_ideal_share[k])", "game.patron_portfolio_share[k])",
             "test_r14_r16_r19_a_threat_makes_shelving_dearer_and_balance_counts_there_too"),
    in_turns("there is no last month", "preferred", "state.month >= game.months - 1", "state.month >= game.months",
             "test_r20_in_the_last_month_the_host_takes_what_beats_shelving_and_never_counters"),
    in_turns("in the last month the host still holds out", "preferred",
             "state.shelve_utility if last else max(", "state.shelve_utility if last and False else max(",
             "test_r20_in_the_last_month_the_host_takes_what_beats_shelving_and_never_counters"),
    in_rules("slow reversion is none", "price_motion", "if kappa == 0.0:", "if kappa < 0.05:",
             "test_rules.py::test_r2_is_the_mean_of_r1"),
    in_rules("a slow price is the spot price to a mine", "price_outlook", "if kappa == 0.0:", "if kappa < 0.05:",
             "test_rules.py::test_r1_ever_slower_reversion_does_not_tend_to_the_martingale"),
    in_rules("what nobody asked for is refused", "threat_loss", " - unasked", ""),
    in_rules("all of an awarded deposit counts as the host's own", "counted_shares",
             "weight * own_stake_weight * equity", "weight * own_stake_weight"),
    in_turns("a bundle is worth the sum of its lots in the ground", "_value_options",
             "0.0 if game.lots == BUNDLED else _option", "_option",
             "test_r16_of_split_lots_each_has_an_option_of_its_own_and_none_is_worth_less_than_nothing"),
    in_turns("lots in the ground add up before they are options", "_value_options",
             "_option(game, state, gross_d, capital_d)", "_option(game, state, gross, capital)",
             "test_r16_what_a_lot_earns_in_the_ground_does_not_depend_on_the_others"),
    in_turns("what is awarded stays in the ground", "kept_value", "award[d] == NOBODY", "award[d] != NOBODY",
             "test_r20_a_lot_that_nobody_wants_is_kept_and_the_other_awarded"),
    in_turns("a kept lot is worth nothing", "standing_utility", " + kept_value(game, state, award)", "",
             "test_r20_a_lot_is_kept_where_its_option_is_worth_more_than_the_bid_and_the_synergy"),
    in_turns("who asked for nothing is not hurt by a tender that is shelved", "_share_out",
             "if awarded and kept:", "if kept:",
             "test_r14_refusing_everybody_stays_dear_whoever_asked"),
    in_turns("only what was asked for is forgiven", "_count_unasked", "not state.asked[k, d]", "state.asked[k, d]",
             "test_r14_a_kept_lot_costs_only_what_its_bidders_asked_for"),
    in_turns("what a rival got was not asked for", "_count_unasked", "award[d] == NOBODY and not", "not",
             "test_r14_a_lot_that_a_rival_got_was_not_left_in_the_ground"),
    in_turns("everybody asks for the first patron", "_note_requests", "game.bidder_patron[i], d] = 1", "0, d] = 1",
             "test_r14_a_kept_lot_costs_only_what_its_bidders_asked_for"),
    in_turns("the state's stake is taken from the camp's award", "_hand_over", "+= weight", "+= camps",
             "test_r19_the_state_s_own_equity_counts_as_the_host_s_as_far_as_it_is_meant_to"),
    in_turns("the state's stake is nobody's", "_portfolio", "state.own_holding, awarded", "0.0, awarded",
             "test_r19_the_state_s_own_equity_counts_as_the_host_s_as_far_as_it_is_meant_to"),
    in_turns("who operates decides whatever the state owns", "_portfolio", "state.holding[k], awarded",
             "state.share[k], awarded",
             "test_r19_the_state_s_own_equity_counts_as_the_host_s_as_far_as_it_is_meant_to"),
    in_turns("every lot must be awarded", "_allocations", "count *= game.bidders + 1", "count *= game.bidders",
             "test_r20_a_lot_that_nobody_wants_is_kept_and_the_other_awarded"),
    in_turns("keeping everything is an award", "_allocations", "return count - 1", "return count",
             "test_r20_not_every_lot_may_be_kept_in_an_award"),
    in_turns("to keep everything earns synergy", "_synergy", "award[d] == NOBODY or ", "",
             "test_r16_to_keep_everything_is_worth_the_options_and_no_synergy"),
    in_turns("the ground is the main bidder", "main_bidder", "state.award[d] != NOBODY and ", "",
             "test_r20_what_is_kept_has_no_part_in_who_is_the_main_bidder"),
    in_turns("a partial award is written down as whole", "_record_award",
             "outcome.kept_share += game.deposit_weight[d]", "pass",
             "test_of_a_partial_award_the_kept_lot_stays_with_the_host"),
    in_turns("one winner and a kept lot are a split", "_only_bidder", "award[d] != NOBODY and ", "",
             "test_of_a_partial_award_the_kept_lot_stays_with_the_host"),
    in_turns("a patron that got all it asked for was refused", "_carry_out_threat",
             "1.0 - share - state.unasked[k] > 0.0", "1.0 - share > 0.0",
             "test_r14_a_patron_that_got_all_it_asked_for_was_not_refused"),
    in_turns("a kept lot is lost to the host", "_pay_host", "kept_value(game, state, outcome.winner)", "0.0",
             "test_of_a_partial_award_the_kept_lot_stays_with_the_host"),
    in_turns("private capital is public money", "_count_public_money", "game.financier_public[f] and ", "",
             "test_public_money_is_what_a_patron_s_lenders_wrote_for_what_was_won"),
    in_turns("public money is that of the winner's patron", "_count_public_money",
             "game.financier_patron[f] == k", "game.bidder_patron[game.financier_bidder[f]] == k",
             "test_public_money_is_what_a_patron_s_lenders_wrote_for_what_was_won"),
    in_turns("public money always comes", "_count_public_money", "if outcome.letter_converted[f]:", "if True:",
             "test_public_money_is_what_a_patron_s_lenders_wrote_for_what_was_won"),
    in_turns("letters count for what others won", "capital_won",
             "outcome.winner[d] == i", "outcome.winner[d] == i or True",
             "test_public_money_is_what_a_patron_s_lenders_wrote_for_what_was_won"),
    in_turns("letters to losers become money", "_convert",
             " and outcome.value_share[game.financier_bidder[f]] > 0.0", "",
             "test_r8_a_letter_becomes_money_in_full_or_not_at_all"),
    in_turns("denial bites where nobody else won", "_bite",
             " and _another_camp_won(game, outcome, k)", "",
             "test_r9_denial_bites_only_where_another_camp_won"),
    in_turns("what the other camps won is no denial's", "_another_camp_won",
             "game.bidder_patron[i] != k", "game.bidder_patron[i] == k",
             "test_r9_denial_bites_only_where_another_camp_won"),
    in_turns("who backs down pays for carrying out", "_charge_for_threat",
             "if outcome.threat_executed[k]:", "if outcome.threat_refused[k]:",
             "test_r5_r6_a_refused_threat_is_carried_out_or_the_patron_backs_down"),
    in_turns("a bidder refuses what it planned", "_counter", "> state.next_concession[i]", "> state.concession[i]",
             "test_r20_a_bidder_agrees_to_what_it_planned_for_next_month_and_the_deal_is_at_what_was_asked"),
    in_turns("lots that go apart are countered", "_only_bidder",
             "            return NOBODY\n", "            only = award[d]\n",
             "test_r20_there_is_no_counter_when_lots_go_to_different_bidders"),
    in_turns("a letter becomes money by the luck with which it comes", "_convert",
             "state.run_dice[1, ", "state.run_dice[0, ",
             "test_r8_a_letter_becomes_money_in_full_or_not_at_all"),
    in_turns("an episode ends as it begins", "gain_standing",
             "state.month_dice[1, _carried_out_at", "state.month_dice[0, _carried_out_at",
             "test_r5_r6_in_an_episode_the_threat_is_carried_out_at_full_strength_or_backed_down"),
    in_turns("a patron acts in episodes as in the game before", "_seat_patron",
             "    state.episode_resolve[k] = math.inf\n", "",
             "test_r5_who_backed_down_in_another_game_does_not_for_that_back_down_in_this_one"),
    in_turns("a heeded threat is carried out", "_carry_out_threat",
             " and 1.0 - share - state.unasked[k] > 0.0", "",
             "test_r15_a_threat_that_was_heeded_costs_backlash_and_nothing_else"),
    in_turns("an executed threat hurts in proportion to what was given", "_carry_out_threat",
             "game.patron_tariff_loss[k], share, state", "game.patron_tariff_loss[k], 1.0 - share, state",
             "test_r5_r6_a_refused_threat_is_carried_out_or_the_patron_backs_down"),
    in_turns("the letters of rivals become a bidder's money", "_realised_coverage",
             "game.financier_bidder[f] == i and ", "",
             "test_r8_the_letter_of_a_bidder_is_no_money_of_another"),
    in_turns("credibility counts after the award too", "_realised_coverage",
             "coverage += state.letter_share[f]", "coverage += game.financier_credibility[f] * state.letter_share[f]",
             "test_r8_a_letter_becomes_money_in_full_or_not_at_all"),
    in_turns("all deposits of a bidder are finished or none", "_lay_out_run_dice",
             "chance.COMPLETION, key, game.deposit_key[d]", "chance.COMPLETION, key, 0",
             "test_r9_a_mine_is_finished_by_the_luck_of_the_winner_and_its_deposit"),
    in_turns("the deal is reopened at the price of the award", "_renegotiate",
             "        outcome.horizon_price,\n", "        outcome.price,\n",
             "test_r18_a_deal_is_reopened_by_the_luck_of_the_deposit_at_the_price_of_that_day"),
    in_turns("another patron protects the deal", "_renegotiate",
             "game.patron_protection[game.bidder_patron[i]]", "game.patron_protection[0]",
             "test_r18_a_deal_is_reopened_by_the_luck_of_the_deposit_at_the_price_of_that_day"),
    in_turns("the winner's credit fades", "_update_standing",
             "if state.share[k] > 0.0:", "if state.share[k] <= 0.0:",
             "test_r17_credit_grows_with_what_was_built_and_fades_for_the_others"),
    in_turns("a patron is paid for mines of others", "built",
             "game.bidder_patron[i] == k", "game.bidder_patron[i] != k",
             "test_a_patron_is_paid_for_the_award_and_for_the_mine_and_pays_for_its_levers"),
    in_turns("a reopened deal pays no more", "_realised_rent", "if outcome.renegotiated[d]:", "if False:",
             "test_r18_a_reopened_deal_pays_the_host_more_equity_up_to_the_cap"),
    in_turns("delivered access costs the host", "_pay_host",
             "money += outcome.access_delivered[k] -", "money += -outcome.access_delivered[k] -",
             "test_the_host_is_paid_what_was_delivered"),
    # --------------------------------------------------------------------------------------------------- the campaigns
    in_campaigns("third countries are watched in every tender, too", "lay_out",
                 "patron_episode_rate[k] = 0.0", "patron_episode_rate[k] += 0.0",
                 "test_c2_an_episode_is_seen_by_every_host"),
    in_campaigns("income knows no cap", "begin_month",
                 "min(campaign.patron_cap[k], standing.capital[k] + campaign.patron_income[k])",
                 "standing.capital[k] + campaign.patron_income[k]",
                 "test_c1_income_lifts_capital_to_the_cap_and_no_further"),
    in_campaigns("beliefs do not fade", "_fade", "campaign.fading > 0.0", "campaign.fading > 1.0",
                 "test_c2_beliefs_fade_towards_their_start_before_the_month_s_episode"),
    in_campaigns("every tender has the whole purse", "charge", "bill += states[n].points_used[k]",
                 "bill = states[n].points_used[k]", "test_levers_of_ones_own_are_paid_from_the_campaigns_purse"),
    in_campaigns("levers are not cut to what can be paid", "_cut_levers", "state.lever[k, lever] *= scale",
                 "state.lever[k, lever] *= 1.0", "test_levers_of_ones_own_are_paid_from_the_campaigns_purse"),
    in_campaigns("a host learns its own threats by the spill", "_remember_threat",
                 "1.0 if h == campaign.tender_host[n] else campaign.spill", "campaign.spill",
                 "test_p6_a_threat_abroad_moves_belief_by_the_spill_exactly"),
    in_campaigns("all hosts learn a threat in full", "_remember_threat",
                 "1.0 if h == campaign.tender_host[n] else campaign.spill", "1.0",
                 "test_p6_a_threat_abroad_moves_belief_by_the_spill_exactly"),
    in_campaigns("a broken promise makes trust", "_remember_promise", "standing.trust_b[h, who] += step",
                 "standing.trust_a[h, who] += step",
                 "test_c3_a_promise_kept_or_broken_moves_trust_here_and_by_the_spill_elsewhere"),
    in_campaigns("promises to losers count", "_remember_promise", "not turns.promises(state, k)", "False",
                 "test_c3_a_promise_kept_or_broken_moves_trust_here_and_by_the_spill_elsewhere"),
    in_campaigns("who wins loses credit", "_remember_bid", "state.share[k] == 0.0", "state.share[k] >= 0.0",
                 "test_c4_who_lost_loses_credit_there_and_who_built_gains_it_when_the_mine_stands"),
    in_campaigns("a mine abroad is as good as one at home", "_finish",
                 "(1.0 if h == campaign.tender_host[n] else campaign.spill)", "1.0",
                 "test_c4_who_lost_loses_credit_there_and_who_built_gains_it_when_the_mine_stands"),
    in_campaigns("a mine stands at the award", "end_month", "math.ceil(_MONTHS * games[n].project_lead_time - 1e-9)",
                 "0", "test_c4_who_lost_loses_credit_there_and_who_built_gains_it_when_the_mine_stands"),
    in_campaigns("the stock of a portfolio does not grow", "_add_to_portfolio",
                 "standing.history[h] += game.host_award_weight * awarded", "standing.history[h] += 0.0",
                 "test_c5_the_portfolio_grows_by_what_was_awarded"),
    in_campaigns("letters never lapse", "_release", "stays - standing.letter[n, f]", "0.0",
                 "test_c6_letters_lapse_but_for_what_became_money_for_a_winner"),
    in_campaigns("ceilings are not looked at", "look_for_headroom", "max(0.0, room) / _capital(game)", "math.inf",
                 "test_c6_letters_lapse_but_for_what_became_money_for_a_winner"),
    in_campaigns("all of a mine goes to its camp", "_add_supply", "output * outcome.offtake[d]", "output",
                 "test_c7_a_mine_adds_its_output_from_its_month_on_the_offtake_to_its_camp"),
    in_campaigns("a tender won counts as lost", "_remember_bid", "state.share[k] < _HALF", "state.share[k] >= 0.0",
                 "test_an_earlier_loss_sets_levers_off"),
    in_campaigns("the month of a loss is that of this tender's calendar", "_remember_losses",
                 "standing.settled[earlier] - campaign.tender_opening[n]", "standing.settled[earlier]",
                 "test_an_earlier_loss_sets_levers_off"),
)  # fmt: skip


def copy_checkout(folder: Path) -> Path:
    """Copy what the tests need into ``folder``; return it."""
    unwanted = shutil.ignore_patterns("__pycache__", ".pytest_cache")
    for name in ("src", "configs", "tests"):
        shutil.copytree(ROOT / name, folder / name, ignore=unwanted)
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def run_tests(nodes: Sequence[str], trace: str = "line") -> tuple[int, str]:
    """Run tests of the copy that is the working folder, on the modules as they now stand there: exit code, output.

    0: all passed, 1: some failed, otherwise something is wrong with the tests.
    """
    import pytest

    for name, module in [*sys.modules.items()]:
        file = Path(getattr(module, "__file__", None) or "/").resolve()
        if name.startswith("tests.") or file.is_relative_to(Path.cwd().resolve()):
            del sys.modules[name]
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        code = pytest.main(["-x", "-q", "-p", "no:cacheprovider", f"--tb={trace}", *nodes])
    return int(code), output.getvalue()


def try_fault(fault: Fault) -> tuple[int, str]:
    """Run the test that should notice a fault on a working copy that has it, and mend the copy again."""
    path = PACKAGE / fault.file
    source = path.read_text(encoding="utf-8")
    path.write_text(fault.applied_to(source), encoding="utf-8")
    try:
        return run_tests([fault.noticed_by])
    finally:
        path.write_text(source, encoding="utf-8")


def main(chosen: Sequence[str]) -> int:
    """Try the faults of these names (all, without names) on a copy and write what happened to each; 0 if all is well.

    The tests run as plain Python, so that nothing need be compiled, and in one process, so that imports are paid once.
    """
    faults = [fault for fault in FAULTS if not chosen or fault.name in chosen]
    os.environ["NUMBA_DISABLE_JIT"] = "1"
    sys.dont_write_bytecode = True
    missed = 0
    with tempfile.TemporaryDirectory() as place:
        folder = copy_checkout(Path(place))
        os.chdir(folder)
        sys.path[:0] = [str(folder / "src"), str(folder / "tests")]
        code, output = run_tests(sorted({fault.noticed_by for fault in faults}))
        sys.stdout.write("without a fault all pass\n" if code == 0 else output)
        for fault in faults:
            found, output = try_fault(fault)
            missed += found != 1
            sys.stdout.write(f"{WORDS.get(found, 'BROKEN')}  {fault}  [{fault.noticed_by.rpartition('::')[2]}]\n")
            sys.stdout.write(output if found not in WORDS else "")
            sys.stdout.flush()
        os.chdir(ROOT)
    sys.stdout.write(f"{len(faults) - missed} of {len(faults)} faults were noticed\n")
    return int(missed > 0 or code != 0)


WORDS = {0: "MISSED ", 1: "noticed"}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
