using Collab.Jobs;
using Collab.Primitives;

namespace Collab.Tracing.Tests;

/// <summary>What becomes of money, case by case; amounts in hundredths.</summary>
public class WayTests
{
    [Fact]
    public async Task A_chain_is_followed_to_its_end_and_tells_what_stayed()
    {
        var banks = new Banks(4);
        banks.Pay("1/ann", "2/shop", 1000, 1, traced: 1000);
        banks.Pay("2/shop", "3/farm", 900, 3);
        banks.Pay("3/farm", "4/estate", 800, 3);
        var way = await banks.WayAsync();
        Assert.Equal([(-1, 1000L, 100L), (0, 900, 100), (1, 800, 800)], way.Select(hop => (hop.Parent, hop.Traced, hop.Left)));
        Assert.Equal([HopEnd.Followed, HopEnd.Followed, HopEnd.Followed], way.Select(hop => hop.End));
        Assert.Equal(["shop", "farm", "estate"], way.Select(hop => hop.Account.Name));
        Assert.Equal([HopAlerts.None, HopAlerts.None, HopAlerts.Industry], way.Select(hop => hop.Alerts));
    }

    [Fact]
    public async Task Money_that_comes_back_to_the_borrowers_name_is_reported_by_any_of_its_banks()
    {
        var banks = new Banks(3);
        banks.Pay("1/ann", "2/shop", 1000, 1, traced: 600);
        banks.Pay("2/shop", "3/ann.savings", 500, 2);
        var way = await banks.WayAsync();
        Assert.Equal([HopAlerts.None, HopAlerts.SameName], way.Select(hop => hop.Alerts));
        Assert.Equal(HopAlerts.None, (await banks.WayAsync(Banks.Question with { SameName = false }))[1].Alerts);
    }

    [Fact]
    public async Task Nothing_of_an_account_is_told_that_the_plan_does_not_name()
    {
        var banks = new Banks(3);
        banks.Pay("1/ann", "2/ann.2", 1000, 1, traced: 1000);
        var way = await banks.WayAsync(Banks.Question with { Details = TraceDetails.None });
        Assert.NotEqual(0UL, way[0].Account.Tag);
        Assert.Equal((null, null, null), (way[0].Account.Account, way[0].Account.Name, way[0].Account.Industry));
        Assert.Equal(HopAlerts.SameName, way[0].Alerts); // by a tag of the name, not by the name
    }

    [Fact]
    public async Task A_loop_is_shown_once_and_goes_no_further()
    {
        var banks = new Banks(3);
        var loan = banks.Pay("1/ann", "2/shop", 1000, 1, traced: 1000);
        banks.Pay("2/shop", "3/farm", 1000, 1);
        banks.Pay("3/farm", "1/ann", 1000, 1);
        var way = await banks.WayAsync(Banks.Question with { Hops = 8 });
        Assert.Equal([HopEnd.Followed, HopEnd.Followed, HopEnd.Followed, HopEnd.Loop], way.Select(hop => hop.End));
        Assert.Equal(loan, way[^1].Reference);
    }

    [Fact]
    public async Task Money_that_leaves_before_it_came_or_after_the_period_is_not_followed()
    {
        var banks = new Banks(3);
        banks.Pay("1/ann", "2/shop", 1000, 5, traced: 1000);
        banks.Pay("2/shop", "3/a", 200, 4);
        var last = banks.Pay("2/shop", "3/b", 200, 15);
        banks.Pay("2/shop", "3/c", 200, 16);
        var way = await banks.WayAsync();
        Assert.Equal([last], way.Skip(1).Select(hop => hop.Reference));
        Assert.Equal(800, way[0].Left);
    }

    [Fact]
    public async Task The_hop_limit_is_the_number_of_rounds()
    {
        var banks = new Banks(2);
        banks.Pay("1/a", "2/a", 1000, 1, traced: 1000);
        for (var i = 0; i < 9; i++) banks.Pay(i % 2 == 0 ? "2/a" : $"1/b{i - 1}", i % 2 == 0 ? $"1/b{i}" : $"2/c{i}", 1000, 1);
        banks.Change(1, "t002", row => row with { Account = "2/a" });
        foreach (var hops in new[] { 1, 2, 3 })
        {
            var way = await banks.WayAsync(Banks.Question with { Hops = hops });
            Assert.Equal(hops, way.Max(hop => DepthOf(way, hop)));
            Assert.Contains(way, hop => hop.End == HopEnd.LastHop);
            Assert.All(way.Where(hop => DepthOf(way, hop) == hops), hop => Assert.Equal(hop.Traced, hop.Left));
        }
    }

    [Fact]
    public async Task Small_parts_and_those_beyond_the_fan_out_are_told_as_sums()
    {
        var banks = new Banks(2);
        banks.Pay("1/ann", "2/shop", 1000, 1, traced: 1000);
        for (var i = 0; i < 4; i++) banks.Pay("2/shop", $"1/x{i}", 99, 2);
        for (var i = 0; i < 5; i++) banks.Pay("2/shop", $"1/y{i}", 110, 3);
        var way = await banks.WayAsync();
        Assert.Equal(4, way.Count);
        Assert.Equal((new Bundle(4, 396), new Bundle(2, 220), 54L), (way[0].Small, way[0].Beyond, way[0].Left));
    }

    [Fact]
    public async Task Traced_money_leaves_first_and_no_transfer_carries_more_than_it_has()
    {
        var banks = new Banks(2);
        banks.Pay("1/ann", "2/shop", 1000, 1, traced: 300);
        banks.Pay("1/other", "2/shop", 5000, 1);
        banks.Pay("2/shop", "1/x", 200, 2);
        banks.Pay("2/shop", "1/y", 2000, 2);
        banks.Pay("2/shop", "1/z", 500, 2);
        Assert.Equal([300L, 200, 100], (await banks.WayAsync()).Select(hop => hop.Traced));
    }

    [Fact]
    public async Task An_account_that_is_not_watched_tells_nothing_more()
    {
        var banks = new Banks(3);
        banks.Pay("1/ann", "2/private", 1000, 1, traced: 1000);
        banks.Pay("2/private", "3/farm", 1000, 1);
        var hop = Assert.Single(await banks.WayAsync());
        Assert.Equal((HopEnd.NotWatched, ReachedAccount.Untold, 1000L), (hop.End, hop.Account, hop.Left));
    }

    [Fact]
    public async Task Money_that_leaves_the_consortium_ends_there_and_what_a_bank_does_not_have_is_not_found()
    {
        var banks = new Banks(3);
        banks.Pay("1/ann", "2/shop", 1000, 1, traced: 1000);
        banks.Pay("2/shop", "-", 400, 2);
        var lost = banks.Pay("2/shop", "3/farm", 400, 2);
        banks.Change(2, lost, _ => null);
        Assert.Equal([HopEnd.Followed, HopEnd.Outside, HopEnd.NotFound], (await banks.WayAsync()).Select(hop => hop.End));
    }

    [Fact]
    public async Task Of_more_summaries_than_a_mailbox_takes_the_largest_go()
    {
        var banks = new Banks(2);
        for (var i = 0; i < 2; i++) banks.Pay("1/ann", $"2/shop{i}", 1000, 1, traced: 1000);
        for (var i = 0; i < 6; i++) banks.Pay($"2/shop{i % 2}", $"1/x{i}", 150 + i, 2);
        var runs = await banks.RunAsync(Banks.Question with { Mailbox = 2 });
        var hops = runs[0].Result.Loans.SelectMany(loan => loan.Hops).ToList();
        Assert.Equal(4, hops.Count(hop => hop.End == HopEnd.NoRoom));
        Assert.Equal([154L, 155L], hops.Where(hop => hop.Parent >= 0 && hop.End == HopEnd.Followed).Select(hop => hop.Traced).Order());
    }

    [Fact]
    public async Task Banks_on_the_way_learn_only_how_often_they_were_asked()
    {
        var banks = new Banks(4);
        banks.Pay("1/ann", "2/shop", 1000, 1, traced: 1000);
        banks.Pay("2/shop", "3/farm", 900, 3);
        var runs = await banks.RunAsync(Banks.Question);
        Assert.Equal([0L, 1, 1, 0], runs.Select(run => run.Result.Asked));
        Assert.Equal([0L, 1, 0, 0], runs.Select(run => run.Result.Sent));
        Assert.All(runs.Skip(1), run => Assert.Empty(run.Result.Loans));
    }

    [Fact]
    public void A_book_that_does_not_fit_is_refused()
    {
        var terms = new Banks(2).Terms(Banks.Question);
        var book = new TransferBook(terms, terms.Banks[0]);
        var row = new Transfer("r", "a", 1, true, 10, 1);
        book.Add(row, 1);
        Assert.Equal(TraceErrors.ReferenceRepeated, Assert.Throws<CollabException>(() => book.Add(row, 2)).Code);
        book.Add(row with { IsOut = false }, 3);
        book.Add(row with { Bank = -1 }, 4);
        book.Add(row with { Bank = -1 }, 5);
        foreach (var wrong in new[] { row with { Amount = 0 }, row with { Traced = 11 }, row with { Traced = -1 }, row with { IsOut = false, Traced = 1 } })
            Assert.Equal(TraceErrors.ValueUnsuited, Assert.Throws<CollabException>(() => book.Add(wrong with { Reference = "s" }, 6)).Code);
        book.Add(row with { Reference = "t", Traced = 1 }, 7);
        book.Add(row with { Reference = "u", Traced = 10 }, 8);
        Assert.Equal(TraceErrors.TooMany, Assert.Throws<CollabException>(() => book.Add(row with { Reference = "v", Traced = 1 }, 9)).Code);
    }

    private static int DepthOf(IReadOnlyList<TracedHop> way, TracedHop hop) => hop.Parent < 0 ? 1 : 1 + DepthOf(way, way[hop.Parent]);
}
