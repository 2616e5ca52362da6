using Collab.Channels;
using Collab.Engine.Planning;
using Collab.Jobs;
using Collab.Primitives;
using Collab.Psi.MultiParty;
using Collab.Psi.Vole;

namespace Collab.Engine.Models;

/// <summary>Puts the rows of a model's owners side by side: the keys that all have, in an order that says nothing of any table and is the same at all (protocols/specs/train.md, "Rows").</summary>
internal static class RowAlignment
{
    /// <summary>The fork that it uses.</summary>
    public const string Fork = "align";

    /// <summary>This owner's keys that all others have too, in the common order.</summary>
    /// <param name="ports">What the host gives.</param>
    /// <param name="plan">The plan, whose owners they are.</param>
    /// <param name="channels">To each other owner; a fork of each is used.</param>
    /// <param name="rows">This owner's rows.</param>
    /// <param name="context">Of the run.</param>
    /// <param name="seed">Names the order; the same at all.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <returns>Places among <see cref="ModelRows.Keys"/>.</returns>
    public static async Task<int[]> AlignAsync(
        EnginePorts ports, Plan plan, IReadOnlyDictionary<PartyId, IChannel> channels, ModelRows rows, Digest context, Digest seed, CancellationToken cancellation)
    {
        await using var others = new Forks(channels, plan.Owners, Fork);
        var items = new LazyList<ReadOnlyMemory<byte>>(rows.Complete.Count, at => rows.Keys[rows.Complete[at]]);
        var matched = plan.Owners.Count == 2
            ? await OfTwoAsync(ports, plan, others.InOrder.Single(), items, context, cancellation)
            : await OfManyAsync(ports, plan, others.To, items, context, cancellation);
        int[] places = [.. matched.Select(at => rows.Complete[at])];
        var order = new Digest[places.Length];
        for (var i = 0; i < places.Length; i++) order[i] = PlaceOf(seed, rows.Keys[places[i]].Span);
        Array.Sort(order, places);
        return places;
    }

    /// <summary>By what rows are ordered.</summary>
    internal static Digest PlaceOf(Digest seed, ReadOnlySpan<byte> key) => Digest.Of("collab.model.order.v1", [.. seed.ToArray(), .. key]);

    private static async Task<IReadOnlyList<int>> OfTwoAsync(
        EnginePorts ports, Plan plan, IChannel channel, IReadOnlyList<ReadOnlyMemory<byte>> items, Digest context, CancellationToken cancellation)
    {
        var options = new VolePsiOptions(context) { Security = plan.Security, BothLearn = true, Parallelism = Environment.ProcessorCount };
        return ports.Self == plan.Owners[0]
            ? await VolePsi.ReceiveAsync(channel, items, ports.Random, options, cancellation)
            : (await VolePsi.SendAsync(channel, items, ports.Random, options, cancellation))!;
    }

    private static async Task<IReadOnlyList<int>> OfManyAsync(
        EnginePorts ports, Plan plan, IReadOnlyDictionary<PartyId, IChannel> others, IReadOnlyList<ReadOnlyMemory<byte>> items, Digest context, CancellationToken cancellation)
    {
        var options = new MultiPartyPsiOptions(context, [.. plan.Owners], plan.Owners[0]) { AllLearn = true, Parallelism = Environment.ProcessorCount };
        return ports.Self == plan.Owners[0]
            ? await MultiPartyPsi.LeadAsync(others, items, ports.Random, options, cancellation)
            : (await MultiPartyPsi.FollowAsync(ports.Self, others, items, ports.Random, options, cancellation))!;
    }
}
