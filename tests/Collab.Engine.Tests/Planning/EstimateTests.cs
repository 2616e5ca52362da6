using Collab.Engine.Planning;
using Collab.Engine.Tests.Support;
using Collab.Jobs;
using Collab.Primitives;
using Collab.Psi;

namespace Collab.Engine.Tests.Planning;

/// <summary>How seconds and memory of an estimate follow sizes, machine and line. That they are those of a run is what <c>collab bench estimate</c> measures.</summary>
public sealed class EstimateTests
{
    private static readonly IntersectionSizes Small = Sizes(1_000, 1_000);
    private static readonly IntersectionSizes Large = Sizes(4_000_000, 4_000_000);

    public static TheoryData<string> Protocols =>
        [IntersectionProtocol.EcdhName, IntersectionProtocol.VoleName];

    [Theory, MemberData(nameof(Protocols))]
    public void More_keys_of_either_side_take_longer_and_more_memory(string name)
    {
        var (one, sender, receiver) = (CostOf(name, Sizes(100_000, 100_000)), CostOf(name, Sizes(1_000_000, 100_000)), CostOf(name, Sizes(100_000, 1_000_000)));
        foreach (var more in new[] { sender, receiver })
        {
            Assert.True(more.Bytes > one.Bytes && more.MemoryBytes > one.MemoryBytes);
            Assert.True(more.SecondsOn(Machine.Reference, 100) > one.SecondsOn(Machine.Reference, 100));
        }
    }

    [Theory, MemberData(nameof(Protocols))]
    public void On_a_machine_of_half_the_speed_the_keys_take_twice_as_long(string name)
    {
        var half = Machine.Reference with { Curve = 0.5, Blocks = 0.5 };
        var fast = CostOf(name, Large).Rates.SecondsOn(Machine.Reference, Large, 1) - CostOf(name, Small).Rates.SecondsOn(Machine.Reference, Small, 1);
        var slow = CostOf(name, Large).Rates.SecondsOn(half, Large, 1) - CostOf(name, Small).Rates.SecondsOn(half, Small, 1);
        Assert.Equal(2, slow / fast, 0.001);
    }

    [Fact]
    public void Parties_that_work_side_by_side_take_twice_as_long_when_their_nodes_share_a_machine()
    {
        var shared = Machine.Reference with { Here = new HashSet<PartyId> { Plans.Al, Plans.Bo } };
        var (curve, vole) = (CostOf(IntersectionProtocol.EcdhName, Large).Rates, CostOf(IntersectionProtocol.VoleName, Large).Rates);
        Assert.Equal(2 * curve.SecondsOn(Machine.Reference, Large, 1), curve.SecondsOn(shared, Large, 1), 0.001);
        Assert.Equal(vole.SecondsOn(Machine.Reference, Large, 1), vole.SecondsOn(shared, Large, 1), 0.001); // they take turns
    }

    [Fact]
    public void A_slow_line_counts_beside_work_that_waits_for_it_and_instead_of_work_that_does_not()
    {
        var (curve, vole) = (CostOf(IntersectionProtocol.EcdhName, Large), CostOf(IntersectionProtocol.VoleName, Large));
        double Line(IntersectionCost cost) => cost.Bytes * 8 / 1e6;
        var rest = CostRates.JobWait + (Large.Most * CostRates.SecondsPerRow);
        Assert.Equal(Line(curve) + rest, curve.SecondsOn(Machine.Reference, 1), 0.001);
        Assert.Equal(Line(vole) + rest + vole.Rates.SecondsOn(Machine.Reference, Large, 1), vole.SecondsOn(Machine.Reference, 1), 0.001);
    }

    [Fact]
    public void A_machine_is_measured_and_the_reference_machine_is_as_fast_as_itself()
    {
        var speed = MachineSpeed.Measure();
        Assert.True(speed is { MultipliesPerSecond: > 1_000, BlocksPerSecond: > 1e6, CopiedBytesPerSecond: > 1e7 });
        var (one, two) = (Machine.Of(2, speed), Machine.Of(2, new(2 * speed.MultipliesPerSecond, 2 * speed.BlocksPerSecond, 2 * speed.CopiedBytesPerSecond)));
        Assert.Equal(2, two.Curve / one.Curve, 0.001);
        Assert.Equal(2, two.Blocks / one.Blocks, 0.001);
    }

    private static IntersectionCost CostOf(string name, IntersectionSizes sizes) =>
        IntersectionProtocol.Find(name)!.CostOf(new IntersectionQuestion(KeyRule.Default), SecurityModel.SemiHonest, sizes);

    private static IntersectionSizes Sizes(long sender, long receiver) => new(sender, receiver, 2, 1, true) { Owners = [Plans.Al, Plans.Bo] };
}
