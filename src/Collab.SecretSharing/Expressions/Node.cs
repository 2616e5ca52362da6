using System.Numerics;
using Collab.Primitives;

namespace Collab.SecretSharing.Expressions;

/// <summary>How many elements a value has; two values fit when they are alike.</summary>
/// <param name="Kind">What fixes it.</param>
/// <param name="Of">Of one party's rows: the party's number.</param>
/// <param name="Count">Of a fixed number: the number.</param>
internal readonly record struct Extent(ExtentKind Kind, int Of = 0, int Count = 1)
{
    public static Extent Scalar => new(ExtentKind.Scalar);

    public bool IsScalar => Kind == ExtentKind.Scalar;

    public int LengthWith(IReadOnlyList<int> rows) => Kind switch
    {
        ExtentKind.AllRows => rows.Sum(),
        ExtentKind.RowsOf => rows[Of],
        _ => Count,
    };
}

/// <summary>What fixes how many elements a value has.</summary>
internal enum ExtentKind
{
    Scalar,
    AllRows,
    RowsOf,
    Fixed,
}

/// <summary>Who knows a value before anything is opened.</summary>
/// <param name="Kind">Everybody, each owner its own rows, one party, or nobody.</param>
/// <param name="Party">The number of the one party.</param>
internal readonly record struct Knower(KnowerKind Kind, int Party = 0)
{
    public static Knower Nobody => new(KnowerKind.Nobody);

    public bool IsLocal => Kind != KnowerKind.Nobody;

    /// <summary>Who can compute a value element by element from two others.</summary>
    public static Knower Of(Knower a, Knower b) => a.Kind == KnowerKind.Everybody ? b : b.Kind == KnowerKind.Everybody || a == b ? a : Nobody;
}

/// <summary>Who knows a value.</summary>
internal enum KnowerKind
{
    Everybody,
    EachItsRows,
    One,
    Nobody,
}

/// <summary>What a node does; all others are written with these.</summary>
internal enum Operation
{
    Constant,
    Input,
    Row,
    Serial,
    Party,
    Add,
    Subtract,
    Multiply,
    Less,
    Equal,
    Select,
    Sum,
    Best,
    Top,
    Order,
    RunningTotals,
    Element,
}

/// <summary>A checked expression: its range is known, so nothing wraps. Compared by reference; what is named once is computed once.</summary>
internal sealed class Node(Operation operation, Extent extent, bool isTruth, int scale, BigInteger low, BigInteger high, Knower knower, params Node[] arguments)
{
    public Operation Operation => operation;

    public Extent Extent => extent;

    public bool IsTruth => isTruth;

    /// <summary>Decimal digits behind the point.</summary>
    public int Scale => scale;

    /// <summary>The smallest value it can take, in units.</summary>
    public BigInteger Low => low;

    /// <summary>The largest.</summary>
    public BigInteger High => high;

    public Knower Knower => knower;

    public IReadOnlyList<Node> Arguments => arguments;

    /// <summary>Of an input its name.</summary>
    public string Input { get; init; } = "";

    /// <summary>Of an element its place from 1, of the largest how many.</summary>
    public int Count { get; init; }

    /// <summary>How deep the expression is: what walks it needs so much stack.</summary>
    public int Depth { get; } = 1 + arguments.Select(a => a.Depth).DefaultIfEmpty(0).Max();

    /// <summary>Bits that hold the difference of any two values of the two ranges, without its sign.</summary>
    public static int BitsBetween(Node a, Node b) =>
        (int)Math.Max(1, BigInteger.Max(BigInteger.Abs(a.High - b.Low), BigInteger.Abs(a.Low - b.High)).GetBitLength());
}

/// <summary>A value that is opened.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">What is opened.</param>
/// <param name="Over">Of a mean the values it is over: the receivers divide by their number.</param>
internal sealed record Opened(string Name, Node Value, Extent? Over);
