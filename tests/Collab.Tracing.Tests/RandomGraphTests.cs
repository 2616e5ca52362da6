using Collab.Jobs;

namespace Collab.Tracing.Tests;

/// <summary>On random graphs with loops, splits and merges every bank finds of its loans what somebody with all books finds.</summary>
public class RandomGraphTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Every_way_is_that_of_the_pooled_books(int seed)
    {
        var banks = Draw(seed);
        var question = Banks.Question with { Traces = 5, Delay = seed % 3, Mailbox = 12, Period = 4 + seed, FanOut = 2 + (seed % 2), Minimum = 40 };
        var outcomes = await banks.RunAsync(question, seed);
        long found = 0, asked = 0, sent = 0;
        foreach (var (bank, run) in outcomes.Index())
        {
            var loans = banks.Books[bank].Where(row => row.Traced > 0).ToList();
            Assert.Equal(loans.Count, run.Result.Loans.Count);
            Assert.Empty(run.Result.Strayed);
            foreach (var (loan, way) in loans.Zip(run.Result.Loans))
            {
                Assert.InRange(way.Depth, question.Hops - question.Delay, question.Hops);
                Assert.Equal(banks.Pooled(question).Of(bank, loan, way.Depth), way.Hops.Select(PooledTrace.Line));
                RequireTagsOfAccounts(way.Hops);
            }

            (asked, found, sent) = (asked + run.Result.Asked, found + run.Result.Found, sent + run.Result.Sent);
        }

        Assert.Equal(asked, sent + outcomes.Sum(run => run.Result.Loans.Count(loan => loan.Hops[0].To is not null)));
        Assert.InRange(found, 1, asked);
    }

    [Fact]
    public void The_graphs_have_loops_splits_merges_and_every_end()
    {
        var ends = new HashSet<HopEnd>();
        bool splits = false, merges = false;
        for (var seed = 1; seed <= 4; seed++)
        {
            var banks = Draw(seed);
            var question = Banks.Question with { Period = 4 + seed, FanOut = 2 + (seed % 2), Minimum = 40 };
            for (var bank = 0; bank < banks.Ids.Length; bank++)
            {
                foreach (var loan in banks.Books[bank].Where(row => row.Traced > 0))
                {
                    var lines = banks.Pooled(question).Of(bank, loan, question.Hops);
                    foreach (var end in Enum.GetValues<HopEnd>()) if (lines.Any(line => line.Contains($", {end} ", StringComparison.Ordinal))) ends.Add(end);
                    splits |= lines.GroupBy(line => line.Split(':')[0]).Any(group => group.Count() > 1 && group.Key != "-1");
                    merges |= lines.Where(line => line.Contains("Followed", StringComparison.Ordinal)).GroupBy(line => line.Split(' ')[11]).Any(group => group.Count() > 1);
                }
            }
        }

        Assert.True(splits, "a split");
        Assert.True(merges, "a merge");
        Assert.Superset(new HashSet<HopEnd> { HopEnd.Followed, HopEnd.NotFound, HopEnd.NotWatched, HopEnd.LastHop, HopEnd.Outside, HopEnd.Loop }, ends);
    }

    // Few accounts and many transfers: money comes back soon.
    private static Banks Draw(int seed)
    {
        var (random, banks) = (new Random(seed), new Banks(3)); // of a fixed algorithm for a given seed
        string[] accounts = ["1/ann", "1/bo", "2/ann.2", "2/cy", "2/private", "3/estate", "3/dee", "3/ann.3"];
        for (var i = 0; i < 36; i++)
        {
            var from = accounts[random.Next(accounts.Length)];
            var to = random.Next(9) == 0 ? "-" : accounts[random.Next(accounts.Length)];
            var isLoan = i is 0 or 5 or 9 or 14;
            var (amount, day) = (isLoan ? random.Next(600, 900) : random.Next(10, 400), isLoan ? 1 : random.Next(1, 4));
            var reference = banks.Pay(from, to, amount, day, isLoan ? amount - random.Next(5) : 0);
            if (i % 6 == 5 && to != "-" && to[0] != from[0]) banks.Change(to[0] - '1', reference, _ => null);
        }

        foreach (var (from, to) in new[] { ("1/lee", "2/lea"), ("2/lea", "3/lou"), ("3/lou", "1/lee") }) banks.Pay(from, to, 700, 1, from == "1/lee" ? 700 : 0);
        return banks;
    }

    private static void RequireTagsOfAccounts(IReadOnlyList<TracedHop> hops)
    {
        var told = hops.Where(hop => hop.Account.Tag != 0).Select(hop => (hop.To, hop.Account.Tag, hop.Account.Account)).Distinct().ToList();
        Assert.Equal(told.Count, told.Select(account => (account.To, account.Tag)).Distinct().Count());
        Assert.Equal(told.Count, told.Select(account => account.Account).Distinct().Count());
    }
}
