using Collab.Primitives;

namespace Collab.Tracing.Tests;

/// <summary>Outcomes as bytes, and the ways of a loan as one graph.</summary>
public class OutcomeTests
{
    [Fact]
    public async Task An_outcome_is_written_one_way_and_read_strictly()
    {
        var banks = new Banks(3);
        banks.Pay("1/ann", "2/shop", 1000, 1, traced: 1000);
        banks.Pay("2/shop", "3/farm", 500, 2);
        banks.Pay("2/shop", "-", 300, 2);
        var outcome = (await banks.RunAsync(Banks.Question))[0].Result with { Strayed = [banks.Ids[2]] };
        var bytes = Encode(outcome);
        Assert.Equal(bytes, Encode(Decode(bytes)));
        Assert.Equal(outcome.Loans[0].Hops, Decode(bytes).Loans[0].Hops);
        for (var i = 0; i < bytes.Length; i++)
        {
            var changed = (byte[])bytes.Clone();
            changed[i] ^= 64;
            try
            {
                Assert.Equal(changed, Encode(Decode(changed)));
            }
            catch (MalformedException)
            {
                // the other way to be sound
            }

            Assert.Throws<MalformedException>(() => Decode(bytes[..i]));
        }
    }

    [Fact]
    public async Task Ways_that_meet_are_one_account_and_a_transfer_on_two_ways_is_one_edge_of_at_most_its_amount()
    {
        var banks = new Banks(4);
        banks.Pay("1/ann", "2/shop", 1000, 1, traced: 1000);
        banks.Pay("2/shop", "3/farm", 600, 2);
        banks.Pay("2/shop", "4/mill", 400, 2);
        banks.Pay("4/mill", "3/farm", 400, 2);
        var on = banks.Pay("3/farm", "1/estate", 700, 3);
        var graph = TraceGraph.Of((await banks.RunAsync(Banks.Question))[0].Result.Loans[0]);
        Assert.Equal(["", "shop", "farm", "estate", "mill"], graph.Nodes.Select(node => node.Account.Name ?? ""));
        Assert.Equal([(0, 1, 1000L), (1, 2, 600), (2, 3, 700), (1, 4, 400), (4, 2, 400)], graph.Edges.Select(edge => (edge.From, edge.To, edge.Traced)));
        Assert.Equal(on, graph.Edges[2].Reference);
        Assert.Equal(HopAlerts.Industry, graph.Nodes[3].Alerts);
    }

    [Fact]
    public async Task A_loop_closes_the_graph_and_counts_its_transfer_once()
    {
        var banks = new Banks(3);
        banks.Pay("1/ann", "2/shop", 1000, 1, traced: 1000);
        banks.Pay("2/shop", "3/farm", 1000, 1);
        banks.Pay("3/farm", "2/shop", 1000, 1);
        var loan = (await banks.RunAsync(Banks.Question))[0].Result.Loans[0];
        Assert.Equal(HopEnd.Loop, loan.Hops[^1].End);
        var graph = TraceGraph.Of(loan);
        Assert.Equal([(0, 1, 1000L), (1, 2, 1000), (2, 1, 1000)], graph.Edges.Select(edge => (edge.From, edge.To, edge.Traced)));
    }

    private static byte[] Encode(TraceOutcome outcome)
    {
        var writer = new CanonicalWriter();
        TraceOutcomeEncoding.Encode(writer, outcome);
        return writer.ToArray();
    }

    private static TraceOutcome Decode(byte[] bytes)
    {
        var reader = new CanonicalReader(bytes);
        var outcome = TraceOutcomeEncoding.Decode(ref reader);
        reader.End();
        return outcome;
    }
}
