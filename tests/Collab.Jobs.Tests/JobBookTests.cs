namespace Collab.Jobs.Tests;

using static Fixture;

public sealed class JobBookTests
{
    [Fact]
    public void Logs_that_arrive_in_any_order_give_the_same_state_and_the_same_answer()
    {
        for (var seed = 0; seed < 300; seed++)
        {
            var samples = new Samples(seed);
            var logs = RandomLogs(samples);
            var (state, refusal) = Judge(logs.SelectMany(log => log));
            for (var i = 0; i < 8; i++)
            {
                var (otherState, otherRefusal) = Judge(Interleave(samples, logs));
                JobStateTests.AssertSame(state, otherState);
                Assert.Equal(refusal, otherRefusal);
            }
        }
    }

    [Fact]
    public void The_same_write_twice_counts_once()
    {
        var spend = Spend(Al, "1");
        var book = new JobBook();
        foreach (var operation in Granted(spend, spend, spend with { Use = 2 }).Operations) book.Add(operation);
        Assert.Single(book[Plan().Digest].Of<LedgerOperation.Spend>());
    }

    [Fact]
    public void Each_job_has_a_page_of_its_own()
    {
        var book = new JobBook();
        book.Add(Propose(Plan()));
        book.Add(Revoke(Al) with { Job = Named("other") });
        Assert.Equal(2, book.Pages.Count);
        Assert.Single(book[Plan().Digest].Operations);
        Assert.Empty(book[Named("unheard of")].Operations);
    }

    [Fact]
    public void A_spend_is_found_by_owner_and_run_alone()
    {
        var page = Granted(Spend(Al, "1"));
        Assert.NotNull(page.SpendOf(Al, Named("1")));
        Assert.Null(page.SpendOf(Bo, Named("1")));
        Assert.Null(page.SpendOf(Al, Named("2")));
        Assert.Equal((1, 0), (page.UsesSpentBy(Al), page.UsesSpentBy(Al, except: Named("1"))));
    }

    // Each party writes what it may write, some of it more than once and some not at all.
    private static List<List<LedgerOperation>> RandomLogs(Samples samples)
    {
        var logs = new List<List<LedgerOperation>>();
        foreach (var party in new[] { Al, Bo, Cy })
        {
            var log = new List<LedgerOperation>();
            if (party == Cy) log.Add(Propose(Plan()) with { Uses = samples.Next(4) == 0 ? 3 : 2 });
            else if (samples.Next(5) > 0) log.Add(Approve(party) with { Uses = 1 + samples.Next(3) });
            foreach (var run in new[] { "1", "2" })
            {
                if (party == Cy && samples.Coin()) log.Add(Start(run, samples.Next(3)));
                if (party != Cy && samples.Coin()) log.Add(Spend(party, run));
                if (samples.Next(3) > 0) log.Add(Commit(party, run));
                if (samples.Next(6) == 0) log.Add(Abort(party, run, samples.Next(2), samples.Coin() ? "run.unexpected" : "channel.closed"));
            }

            if (samples.Next(8) == 0) log.Add(Revoke(party));
            if (samples.Next(8) == 0) log.Add(Refuse(party));
            if (samples.Next(8) == 0) log.Add(Approve(party) with { Version = Named("other") });
            logs.Add(log);
        }

        return logs;
    }

    private static IEnumerable<LedgerOperation> Interleave(Samples samples, List<List<LedgerOperation>> logs)
    {
        var rest = logs.ConvertAll(log => new Queue<LedgerOperation>(log));
        while (rest.Any(r => r.Count > 0))
        {
            var open = rest.FindAll(r => r.Count > 0);
            yield return open[samples.Next(open.Count)].Dequeue();
        }
    }

    private static (JobState State, Refusal? Refusal) Judge(IEnumerable<LedgerOperation> operations)
    {
        var book = new JobBook();
        foreach (var operation in operations) book.Add(operation);
        var page = book[Plan().Digest];
        return (JobState.Of(Plan(), page, Now), Authorization.Check(Plan(), page, Now, Named("1")));
    }
}
