using Collab.Jobs;
using Collab.Primitives;

namespace Collab.Engine.Planning;

/// <summary>How many keys are reckoned with. Nobody sees an exact count before a run, so these are what the requester said, or at most what the row band allows.</summary>
/// <param name="Sender">Keys of the sender, over all alternatives; of all other owners together where there are more.</param>
/// <param name="Receiver">Keys of the party that plays the receiver.</param>
/// <param name="Parties">Owners.</param>
/// <param name="Receivers">Who gets the result.</param>
/// <param name="AreSaid">Whether the requester said them all; else they are upper bounds.</param>
internal sealed record IntersectionSizes(long Sender, long Receiver, int Parties, int Receivers, bool AreSaid)
{
    /// <summary>The fewest rows that the band of an input allows.</summary>
    public static long FewestRows(PlanInput input) => (MostRows(input) + 1) / 10;

    /// <summary>The line that is reckoned with when the requester says none, in Mbit/s: a common line between institutions.</summary>
    public const int AssumedLine = 100;

    /// <summary>The owners.</summary>
    public IReadOnlyList<PartyId> Owners { get; init; } = [];

    /// <summary>The most keys that the row bands allow of the receiver.</summary>
    public long MostOfReceiver { get; init; }

    /// <summary>The most keys that the row bands allow of any other.</summary>
    public long MostOfSender { get; init; }

    /// <summary>Keys of the largest party, where there are two; of all senders together where there are more.</summary>
    public long Most => Math.Max(Sender, Receiver);

    /// <summary>How many machines the owners' nodes run on when those of <see cref="Machine.Here"/> share one.</summary>
    public double MachinesWith(Machine machine) => (double)Owners.Count / Math.Max(1, Owners.Count(machine.Here.Contains));

    /// <summary>The sizes of a plan's inputs.</summary>
    public static IntersectionSizes Of(IntersectionQuestion question, IReadOnlyList<PlanInput> inputs, IReadOnlyList<PartyId> receivers)
    {
        var receiver = ReceiverOf([.. inputs.Select(i => i.Owner)], receivers);
        var keys = inputs.Select((input, i) => (input.Owner, Count: RowsOf(question, input, i) * question.KeyCount)).ToList();
        return new(
            keys.Where(k => k.Owner != receiver).Sum(k => k.Count), keys.Single(k => k.Owner == receiver).Count, inputs.Count, receivers.Count,
            question.ExpectedRows.Count > 0 && question.ExpectedRows.All(rows => rows > 0))
        {
            Owners = [.. inputs.Select(i => i.Owner)],
            MostOfReceiver = MostRows(inputs.Single(input => input.Owner == receiver)) * question.KeyCount,
            MostOfSender = inputs.Where(input => input.Owner != receiver).Max(MostRows) * question.KeyCount,
        };
    }

    /// <summary>The rows that are reckoned with of one input.</summary>
    public static long RowsOf(IntersectionQuestion question, PlanInput input, int index) =>
        question.ExpectedRows.Count > 0 && question.ExpectedRows[index] is > 0 and var said ? said : MostRows(input);

    /// <summary>The most rows that the band of an input allows.</summary>
    public static long MostRows(PlanInput input) => MostRows(input.RowBand);

    /// <summary>The most rows that a band allows.</summary>
    public static long MostRows(int rowBand)
    {
        var rows = 1L;
        for (var band = Math.Min(rowBand, 18); band > 0; band--) rows *= 10;
        return rows - 1;
    }

    /// <summary>The line that is reckoned with, in Mbit/s.</summary>
    public static int LineOf(IntersectionQuestion question) => question.Bandwidth > 0 ? question.Bandwidth : AssumedLine;

    /// <summary>Who plays the receiver of a two-party protocol: the one receiver, or of two the first by name.</summary>
    public static PartyId ReceiverOf(IReadOnlyList<PartyId> owners, IReadOnlyList<PartyId> receivers) => receivers.Count == 1 ? receivers[0] : owners[0];
}
