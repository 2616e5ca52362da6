using Collab.Channels;
using Collab.Primitives;
using Collab.SecretSharing.Preprocessing;

namespace Collab.SecretSharing.Expressions;

/// <summary>A program over the columns of two or three parties, checked: it computes on shares, and only what it opens is opened (protocols/specs/computation.md).</summary>
public sealed partial class JointProgram
{
    /// <summary>Rows that a party may bring at most.</summary>
    public const int MostRows = 1 << 20;

    internal static readonly StepId CountStep = new("computation.1");
    internal static readonly StepId RangeStep = new("computation.4");

    private readonly IReadOnlyList<Opened> _opened;
    private readonly IReadOnlyList<int> _mostRows;

    private JointProgram(IReadOnlyList<PartyId> parties, PartyId? dealer, IReadOnlyList<ProgramInput> inputs, IReadOnlyList<int> mostRows, IReadOnlyList<Opened> opened) =>
        (Parties, Dealer, Inputs, _mostRows, _opened) = (parties, dealer, inputs, mostRows, opened);

    /// <summary>The parties, in order.</summary>
    public IReadOnlyList<PartyId> Parties { get; }

    /// <summary>Who deals two parties their triples; null where nobody does.</summary>
    public PartyId? Dealer { get; }

    /// <summary>The columns.</summary>
    public IReadOnlyList<ProgramInput> Inputs { get; }

    /// <summary>Reads and checks a program.</summary>
    /// <param name="text">The program.</param>
    /// <param name="parties">Two or three parties, in the same order at each.</param>
    /// <param name="inputs">Its columns; names are unique, no words of the language, and every <see cref="ProgramInput.Of"/> is a party.</param>
    /// <param name="mostRows">How many rows each party has at most, 1 to <see cref="MostRows"/>; ranges are reckoned with it.</param>
    /// <param name="dealer">Who deals two parties their triples, none of them; null where they make products by transfers.</param>
    /// <exception cref="ProgramException">The program cannot be read, or has no meaning.</exception>
    /// <exception cref="ArgumentException">Parties or inputs do not fit.</exception>
    public static JointProgram Create(
        string text, IReadOnlyList<PartyId> parties, IReadOnlyList<ProgramInput> inputs, IReadOnlyList<int> mostRows, PartyId? dealer = null)
    {
        if (parties.Count is not (2 or 3) || parties.Distinct().Count() != parties.Count) throw new ArgumentException("Two or three parties.", nameof(parties));
        if (dealer is not null && (parties.Count != 2 || parties.Contains(dealer))) throw new ArgumentException("A dealer deals to two others.", nameof(dealer));
        if (mostRows.Count != parties.Count || mostRows.Any(most => most is < 1 or > MostRows)) throw new ArgumentException("Row limits of the parties.", nameof(mostRows));
        if (inputs.DistinctBy(i => i.Name).Count() != inputs.Count || inputs.Any(i => !IsName(i.Name))) throw new ArgumentException("Inputs of different names.", nameof(inputs));
        if (inputs.Any(i => i.Low > i.High || i.Low <= -(long)Checker.Bound || i.High >= (long)Checker.Bound)) throw new ArgumentException("Ranges within 2^62.", nameof(inputs));
        if (inputs.Any(i => i.Of is { } of && !parties.Contains(of))) throw new ArgumentException("Inputs of the parties.", nameof(inputs));
        return new JointProgram(parties, dealer, inputs, mostRows, new Checker(parties, inputs, mostRows).Check(Parser.Read(text)));
    }

    /// <summary>Whether a text is a name in a program: letters, digits and '_', a letter first, and no word of the language.</summary>
    public static bool IsName(string text) =>
        text.Length is >= 1 and <= 64 && char.IsAsciiLetter(text[0]) && text.All(c => char.IsAsciiLetterOrDigit(c) || c == '_')
        && text is not ("open" or "and" or "or" or "not" or "row" or "serial" or "party");

    /// <summary>Runs one party's part.</summary>
    /// <param name="self">This party.</param>
    /// <param name="channels">A channel to each other party and to the dealer.</param>
    /// <param name="columns">This party's columns by the name of their input, within their ranges; those of another party are absent.</param>
    /// <param name="count">How many rows this party has, at least 1.</param>
    /// <param name="receivers">To whom results are opened; of the parties.</param>
    /// <param name="security">Whether one party may deviate; of two none may.</param>
    /// <param name="context">Names this run, the same at all parties and never used twice.</param>
    /// <param name="random">This party's randomness.</param>
    /// <param name="store">Triples that two parties made ahead, used before others are made; the caller's. Null where there are none, or another run has them.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <returns>What is opened, in the order of the program; null at who is no receiver.</returns>
    /// <exception cref="CollabException"><see cref="ProgramErrors.RowsTooFew"/>, alike at all parties.</exception>
    /// <exception cref="PeerFaultException">Another party broke the protocol.</exception>
    public async Task<IReadOnlyList<OpenedValue>?> RunAsync(
        PartyId self, IReadOnlyDictionary<PartyId, IChannel> channels, IReadOnlyDictionary<string, long[]> columns, int count,
        IReadOnlyCollection<PartyId> receivers, SecurityModel security, Digest context, RandomSource random,
        TripleStore? store = null, CancellationToken cancellation = default)
    {
        var index = Parties.ToList().IndexOf(self);
        var rows = await AgreeOnRowsAsync(index, channels, count, cancellation).ConfigureAwait(false);                                       // 1 ←→
        await using var joint = await JointEngine.OpenAsync(Parties, self, Dealer, channels, random, security, context, store, cancellation).ConfigureAwait(false); // 2 ←→
        var engine = joint.Engine;
        using var evaluation = new SharedEvaluation(engine, new PlainEvaluation(index, rows, columns), rows, Orders(), cancellation);
        foreach (var opened in _opened) await evaluation.OfAsync(opened.Value).ConfigureAwait(false);                                        // 3 ←→
        await evaluation.CheckRangesAsync().ConfigureAwait(false);                                                                           // 4 ←→
        var results = new List<OpenedValue>();
        foreach (var opened in _opened)                                                                                                      // 5 ←→
        {
            var words = await engine.OpenAsync(await evaluation.OfAsync(opened.Value).ConfigureAwait(false), receivers, cancellation).ConfigureAwait(false);
            if (words is null) continue;
            results.Add(new OpenedValue(
                opened.Name, opened.Value.IsTruth, !opened.Value.Extent.IsScalar, opened.Value.Scale, Array.ConvertAll(words, word => unchecked((long)word)),
                opened.Over is { } over ? over.LengthWith(rows) : 1));
        }

        await joint.EndAsync(cancellation).ConfigureAwait(false);
        return receivers.Contains(self) ? results : null;
    }

    /// <summary>Runs the dealer's part.</summary>
    /// <param name="channels">A channel to each party.</param>
    /// <param name="random">The dealer's randomness.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <exception cref="InvalidOperationException">The program has no dealer.</exception>
    public Task DealAsync(IReadOnlyDictionary<PartyId, IChannel> channels, RandomSource random, CancellationToken cancellation = default) => Dealer is null
        ? throw new InvalidOperationException("The program has no dealer.")
        : TwoPartyRing.Dealer.ServeAsync(channels[Parties[0]], channels[Parties[1]], random, cancellation);

    private async Task<IReadOnlyList<int>> AgreeOnRowsAsync(int index, IReadOnlyDictionary<PartyId, IChannel> channels, int count, CancellationToken cancellation)
    {
        if (count < 1) throw new CollabException(ProgramErrors.RowsTooFew, $"{Parties[index]} has no row for the program.", Parties[index]);
        PartyId[] others = [.. Parties.Where((_, p) => p != index)];
        foreach (var other in others) await channels[other].SendAsync(new RowCounts([count]), cancellation).ConfigureAwait(false);
        var rows = new int[Parties.Count];
        rows[index] = count;
        foreach (var other in others)
        {
            var told = (await channels[other].ReceiveAsync<RowCounts>(CountStep, cancellation).ConfigureAwait(false)).Counts;
            var place = Parties.ToList().IndexOf(other);
            PeerFaultException.ThrowUnless(told.Count == 1 && told[0] <= _mostRows[place], other, CountStep, "as many rows as its dataset may have");
            rows[place] = told[0];
        }

        foreach (var other in others) await channels[other].SendAsync(new RowCounts(rows), cancellation).ConfigureAwait(false);
        foreach (var other in others)
        {
            var told = (await channels[other].ReceiveAsync<RowCounts>(CountStep, cancellation).ConfigureAwait(false)).Counts;
            PeerFaultException.ThrowUnless(told.SequenceEqual(rows), other, CountStep, "the same numbers of rows at all parties");
        }

        return rows;
    }

    // In the order of the program, which is the same at every party.
    private List<Node> Orders()
    {
        var (seen, orders) = (new HashSet<Node>(), new List<Node>());
        foreach (var opened in _opened) Visit(opened.Value);
        return orders;

        void Visit(Node node)
        {
            if (!seen.Add(node)) return;
            foreach (var argument in node.Arguments) Visit(argument);
            if (node.Operation == Operation.Order) orders.Add(node);
        }
    }
}
