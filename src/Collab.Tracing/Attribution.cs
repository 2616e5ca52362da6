namespace Collab.Tracing;

/// <summary>Which of the transfers that left an account carry money that came in: the traced money leaves first (specs/trace.md, "Attribution").</summary>
/// <param name="Carrying">Transfers followed, with how much of the traced money each carries.</param>
/// <param name="Left">What stayed in the account.</param>
/// <param name="Small">Transfers that carry less than the minimum.</param>
/// <param name="Beyond">Transfers beyond the fan-out.</param>
public sealed record Attribution(IReadOnlyList<(Transfer Transfer, long Taken)> Carrying, long Left, Bundle Small, Bundle Beyond)
{
    /// <summary>Takes the money from transfer after transfer until none is left.</summary>
    /// <param name="amount">The money that came in.</param>
    /// <param name="outgoing">What left the account in the period, in order.</param>
    /// <param name="minimum">Less than that is not followed.</param>
    /// <param name="fanOut">How many transfers are followed.</param>
    public static Attribution Of(long amount, IEnumerable<Transfer> outgoing, long minimum, int fanOut)
    {
        var carrying = new List<(Transfer, long)>();
        Bundle small = default, beyond = default;
        foreach (var transfer in outgoing)
        {
            if (amount == 0) break;
            var taken = Math.Min(amount, transfer.Amount);
            amount -= taken;
            if (taken < minimum) small = small.With(taken);
            else if (carrying.Count == fanOut) beyond = beyond.With(taken);
            else carrying.Add((transfer, taken));
        }

        return new(carrying, amount, small, beyond);
    }
}

/// <summary>Transfers of which only this is told.</summary>
/// <param name="Count">How many.</param>
/// <param name="Sum">What they carry together.</param>
public readonly record struct Bundle(int Count, long Sum)
{
    /// <summary>One more.</summary>
    internal Bundle With(long taken) => new(Count + 1, Sum + taken);
}
