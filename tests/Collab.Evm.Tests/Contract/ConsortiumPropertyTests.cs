using Refusal = Collab.Evm.Contract.ContractRefusal;

namespace Collab.Evm.Tests.Contract;

/// <summary>Random calls: a million sequences on the model, and a sample of the same on the bytecode.</summary>
public sealed class ConsortiumPropertyTests
{
    private const int Length = 24;

    /// <summary>Where sequences begin: after deployment, with keys and items, with a proposal, with a job that may start, with a run.</summary>
    private static readonly ContractCall[][] Beginnings =
    [
        [],
        [.. Scenario.SetUp],
        [.. Scenario.SetUp, Scenario.ProposedAndApproved[0]],
        [.. Scenario.SetUp, .. Scenario.ProposedAndApproved],
        [.. Scenario.SetUp, .. Scenario.ProposedAndApproved, Scenario.RunAndCommitted[0]],
    ];

    [Fact]
    public void What_must_hold_holds_after_every_one_of_a_million_random_sequences()
    {
        var beginnings = Beginnings.Select(Begin).ToArray();
        var (model, history) = (new ConsortiumModel(), new ContractHistory());
        var accepted = new long[(int)Operation.Wait + 1];
        var refused = new long[(int)Refusal.GrantSpent + 1];
        var ended = new long[(int)ConsortiumModel.RunStage.Aborted + 1];
        for (var seed = 0; seed < 1_000_000; seed++)
        {
            var (from, past) = beginnings[seed % beginnings.Length];
            model.CopyFrom(from);
            history.CopyFrom(past);
            var calls = new RandomCalls((ulong)seed);
            for (var i = 0; i < Length; i++)
            {
                var call = calls.Next(model);
                var why = model.Apply(call);
                refused[(int)why]++;
                if (why != Refusal.None) continue;
                accepted[(int)call.Operation]++;
                if (history.Accept(call, model) is { } wrong) Assert.Fail($"sequence {seed}, call {i} ({call}): {wrong}");
                if (seed % 64 == 0 && history.Compare(model) is { } broken) Assert.Fail($"sequence {seed}, call {i} ({call}): {broken}");
            }

            if (history.Compare(model) is { } fault) Assert.Fail($"sequence {seed}: {fault}");
            for (var job = 1; job <= ConsortiumModel.Items; job++) refused[(int)model.Authorized(job)]++;
            for (var run = 1; run <= ConsortiumModel.Runs; run++) ended[(int)model.Run[run].Stage]++;
        }

        // What never happened was not tested.
        Assert.All(Enum.GetValues<Operation>(), o => Assert.True(accepted[(int)o] > 1000, $"{o} was accepted {accepted[(int)o]} times"));
        Assert.All(Enum.GetValues<Refusal>(), r => Assert.True(refused[(int)r] > 20, $"{r} came {refused[(int)r]} times"));
        Assert.All(Enum.GetValues<ConsortiumModel.RunStage>(), s => Assert.True(ended[(int)s] > 1000, $"{s} came {ended[(int)s]} times"));
    }

    [Fact]
    public async Task The_bytecode_accepts_and_refuses_and_tells_what_the_model_does()
    {
        await using var node = await ConsortiumChain.StartNodeAsync();
        var now = 1L;
        foreach (var (index, beginning) in Beginnings.Index())
        {
            var (chain, from) = await ConsortiumChain.DeployAsync(node, now, beginning);
            var model = new ConsortiumModel { DatasetOrder = chain.Encoding.DatasetOrder, Events = [] };
            for (var seed = index; seed < 500; seed += Beginnings.Length)
            {
                model.CopyFrom(from);
                model.Now++; // the next block
                var random = new RandomCalls((ulong)seed);
                var (calls, expected) = (new List<ContractCall>(), new List<(Refusal Why, string[] Logs)>());
                for (var i = 0; i < Length; i++)
                {
                    var call = random.Next(model);
                    calls.Add(call);
                    model.Events.Clear();
                    var why = model.Apply(call);
                    if (call.Operation != Operation.Wait) expected.Add((why, [.. model.Events.Select(chain.Encoding.Log)]));
                }

                var (actual, authorized) = await chain.SimulateAsync(from.Now + 1, calls);
                Assert.Equal(Enumerable.Range(1, ConsortiumModel.Items).Select(model.Authorized), authorized);
                var sent = calls.Where(c => c.Operation != Operation.Wait).ToArray();
                Assert.Equal(sent.Length, actual.Count);
                for (var i = 0; i < sent.Length; i++)
                {
                    Assert.True(expected[i].Why == actual[i].Why, $"sequence {seed}, {sent[i]}: the model says {expected[i].Why}, the chain {actual[i].Why}");
                    Assert.Equal(expected[i].Logs, actual[i].Logs);
                }
            }

            now = from.Now + 1;
        }
    }

    private static (ConsortiumModel Model, ContractHistory History) Begin(ContractCall[] calls)
    {
        var (model, history) = (new ConsortiumModel { Now = 1 }, new ContractHistory());
        model.Deploy(Scenario.Founders, Scenario.Quorum, Scenario.KeyDelay);
        foreach (var call in calls)
        {
            model.Now++;
            Assert.Equal(Refusal.None, model.Apply(call));
            Assert.Null(history.Accept(call, model));
            Assert.Null(history.Compare(model));
        }

        return (model, history);
    }
}
