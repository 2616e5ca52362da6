using Collab.Evm.Tests.Chain;
using Refusal = Collab.Evm.Contract.ContractRefusal;

namespace Collab.Evm.Tests.Contract;

/// <summary>One node with the contract of the scenario after <see cref="Scenario.SetUp"/>; tests only simulate on it.</summary>
public sealed class ConsortiumFixture : IAsyncLifetime
{
    private ConsortiumModel _model = new();

    /// <summary>The node.</summary>
    internal Anvil Node { get; private set; } = null!;

    /// <summary>The contract.</summary>
    internal ConsortiumChain Chain { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Node = await ConsortiumChain.StartNodeAsync();
        (Chain, _model) = await ConsortiumChain.DeployAsync(Node, 1, Scenario.SetUp);
    }

    public ValueTask DisposeAsync() => Node.DisposeAsync();

    /// <summary>
    /// Does the calls on the chain and on the model, which must agree on everything; each must come to what is expected of it. An expected log is
    /// part of what the call tells.
    /// </summary>
    internal async Task<ConsortiumModel> ExpectAsync(params IEnumerable<Step> steps)
    {
        var (all, model) = (steps.ToArray(), new ConsortiumModel { DatasetOrder = Chain.Encoding.DatasetOrder, Events = [] });
        model.CopyFrom(_model);
        var (actual, authorized) = await Chain.SimulateAsync(++model.Now, all.Select(s => s.Call));
        var next = 0;
        foreach (var (i, step) in all.Index())
        {
            model.Events.Clear();
            var why = model.Apply(step.Call);
            Assert.True(why == step.Why, $"step {i}, {step.Call}: {why} by the model instead of {step.Why}");
            if (step.Call.Operation == Operation.Wait) continue;
            Assert.True(actual[next].Why == why, $"step {i}, {step.Call}: {actual[next].Why} by the chain instead of {why}");
            Assert.Equal(model.Events.Select(Chain.Encoding.Log), actual[next++].Logs);
            if (step.Told is { } told) Assert.Contains(told.Values, model.Events.Where(e => e.Kind == told.Kind).Select(e => e.Values));
        }

        Assert.Equal(Enumerable.Range(1, ConsortiumModel.Items).Select(model.Authorized), authorized);
        return model;
    }
}

/// <summary>A call, what it comes to, and what it must tell among other things.</summary>
internal sealed record Step(ContractCall Call, Refusal Why = Refusal.None, ContractEvent? Told = null)
{
    public static implicit operator Step(ContractCall call) => new(call);
}
