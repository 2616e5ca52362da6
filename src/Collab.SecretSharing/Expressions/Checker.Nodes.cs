using System.Numerics;

namespace Collab.SecretSharing.Expressions;

/// <content>The nodes that expressions are made of, with their ranges.</content>
internal sealed partial class Checker
{
    private static readonly string[] Functions =
        ["select", "sum", "count", "mean", "inner", "min", "max", "at_max", "at_min", "top", "sort", "order", "running", "poly", "among"];

    private static void Require(Syntax.Call call, int count)
    {
        if (call.Arguments.Count != count) throw call.At.Error($"'{call.Function}' with {count} value{(count == 1 ? "" : "s")} is expected, not {call.Arguments.Count}");
    }

    private Node Number(Syntax syntax) => Number(syntax, Of(syntax));

    private static Node Number(Syntax syntax, Node node) => node.IsTruth ? throw syntax.At.Error("a number is expected, not a truth value") : node;

    private Node Truth(Syntax syntax) => Of(syntax) is { IsTruth: true } node ? node : throw syntax.At.Error("a truth value is expected, not a number");

    private Node Rows(Syntax syntax) => Of(syntax) is { Extent.IsScalar: false } node ? node : throw syntax.At.Error("a list is expected, not a single value");

    private int Most(Extent extent) => extent.LengthWith(mostRows);

    private static int Whole(Syntax syntax, int most) => syntax is Syntax.Number { Scale: 0 } number && number.Units >= 1 && number.Units <= most
        ? (int)number.Units
        : throw syntax.At.Error($"a whole number from 1 to {most} is expected");

    private static Knower Reduced(Node rows) => rows.Knower.Kind == KnowerKind.EachItsRows ? Knower.Nobody : rows.Knower;

    private Node Make(Place at, Operation operation, Extent extent, bool isTruth, int scale, BigInteger low, BigInteger high, Knower knower, params Node[] arguments) =>
        Make(at, operation, extent, isTruth, scale, low, high, knower, 0, arguments);

    private Node Make(
        Place at, Operation operation, Extent extent, bool isTruth, int scale, BigInteger low, BigInteger high, Knower knower, int count, params Node[] arguments)
    {
        if (++_nodes > MostNodes) throw at.Error("a smaller program is expected");
        if (low <= -Bound || high >= Bound)
            throw at.Error($"smaller values are expected: with the declared ranges this takes values from {low} to {high} in units of 10^-{scale}, and 2^62 is the limit");
        var node = new Node(operation, extent, isTruth, scale, low, high, knower, arguments) { Count = count };
        return node.Depth <= DeepestNode ? node : throw at.Error("a less deep computation is expected");
    }

    private Node Constant(Place at, BigInteger units, int scale) =>
        Make(at, Operation.Constant, Extent.Scalar, false, scale <= MostDecimals ? scale : throw at.Error($"at most {MostDecimals} decimals are expected"), units, units, new(KnowerKind.Everybody));

    private Node Elementwise(Place at, Operation operation, bool isTruth, int scale, BigInteger low, BigInteger high, params Node[] arguments)
    {
        var extent = arguments.Select(a => a.Extent).FirstOrDefault(e => !e.IsScalar, Extent.Scalar);
        if (arguments.Any(a => !a.Extent.IsScalar && a.Extent != extent)) throw at.Error("lists of the same rows are expected");
        return Make(at, operation, extent, isTruth, scale, low, high, arguments.Select(a => a.Knower).Aggregate(Knower.Of), arguments);
    }

    private (Node, Node) Aligned(Place at, Node a, Node b)
    {
        Node Raised(Node node, int scale) => node.Scale == scale ? node : Multiplied(at, node, Constant(at, BigInteger.Pow(10, scale - node.Scale), 0), scale);
        var scale = Math.Max(a.Scale, b.Scale);
        return (Raised(a, scale), Raised(b, scale));
    }

    private Node Added(Place at, Node a, Node b) => Elementwise(at, Operation.Add, false, a.Scale, a.Low + b.Low, a.High + b.High, a, b);

    private Node Subtracted(Place at, Node a, Node b) => Elementwise(at, Operation.Subtract, false, a.Scale, a.Low - b.High, a.High - b.Low, a, b);

    private Node Negated(Place at, Node a) => Subtracted(at, Constant(at, 0, a.Scale), a);

    private Node Multiplied(Place at, Node a, Node b, int? scale = null)
    {
        BigInteger[] corners = [a.Low * b.Low, a.Low * b.High, a.High * b.Low, a.High * b.High];
        var decimals = scale ?? a.Scale + b.Scale;
        if (decimals > MostDecimals) throw at.Error($"a product of at most {MostDecimals} decimals is expected, not {decimals}");
        return Elementwise(at, Operation.Multiply, false, decimals, corners.Min(), corners.Max(), a, b);
    }

    private Node Less(Place at, Node a, Node b) => Elementwise(at, Operation.Less, true, 0, 0, 1, a, b);

    private Node Equal(Place at, Node a, Node b) => Elementwise(at, Operation.Equal, true, 0, 0, 1, a, b);

    private Node Inverted(Place at, Node truth) => Elementwise(at, Operation.Subtract, true, 0, 0, 1, Constant(at, 1, 0), truth);

    // a + b − a·b
    private Node Either(Place at, Node a, Node b)
    {
        var both = Elementwise(at, Operation.Multiply, true, 0, 0, 1, a, b);
        var sum = Elementwise(at, Operation.Add, false, 0, 0, 2, a, b);
        return Elementwise(at, Operation.Subtract, true, 0, 0, 1, sum, both);
    }

    private Node Select(Place at, Node choice, Node yes, Node no) => Elementwise(
        at, Operation.Select, yes.IsTruth, yes.Scale, BigInteger.Min(yes.Low, no.Low), BigInteger.Max(yes.High, no.High), choice, yes, no);

    private (BigInteger Low, BigInteger High) RangeOfSum(Node rows) =>
        (BigInteger.Min(0, rows.Low * Most(rows.Extent)), BigInteger.Max(0, rows.High * Most(rows.Extent)));

    private Node Summed(Place at, Node rows)
    {
        var (low, high) = RangeOfSum(rows);
        return Make(at, Operation.Sum, Extent.Scalar, false, rows.Scale, low, high, Reduced(rows), rows);
    }

    private Node BestOfItself(Place at, Node key) => Best(at, key, key);

    private Node Best(Place at, Node key, Node value)
    {
        if (key.Extent != value.Extent) throw at.Error("lists of the same rows are expected");
        var knower = Knower.Of(key.Knower, value.Knower);
        return Make(at, Operation.Best, Extent.Scalar, value.IsTruth, value.Scale, value.Low, value.High, knower.Kind == KnowerKind.EachItsRows ? Knower.Nobody : knower, key, value);
    }

    private Node Order(Place at, Node key, Node value)
    {
        if (key.Extent != value.Extent) throw at.Error("lists of the same rows are expected");
        RequireSortable(at, key);
        var knower = Knower.Of(key.Knower, value.Knower);
        return Make(at, Operation.Order, value.Extent, value.IsTruth, value.Scale, value.Low, value.High, knower.Kind == KnowerKind.EachItsRows ? Knower.Nobody : knower, key, value);
    }

    // The number of a row stands behind the key, so that equal keys stay in order on every engine.
    private void RequireSortable(Place at, Node key)
    {
        if ((key.High - key.Low).GetBitLength() + new BigInteger(3 * Most(key.Extent)).GetBitLength() > 63)
            throw at.Error("a smaller range of the key is expected: with the number of the row it must fit 63 bits");
    }
}
