using System.Numerics;
using Collab.Primitives;

namespace Collab.SecretSharing.Expressions;

/// <summary>Gives every expression its type, range and knower, and refuses what has none (protocols/specs/computation.md, "Types").</summary>
/// <param name="parties">The parties in order.</param>
/// <param name="inputs">The columns.</param>
/// <param name="mostRows">How many rows each party has at most.</param>
internal sealed partial class Checker(IReadOnlyList<PartyId> parties, IReadOnlyList<ProgramInput> inputs, IReadOnlyList<int> mostRows)
{
    /// <summary>Values stay below 2^62 in size, so that the difference of two fits 63 bits and a sign.</summary>
    public static readonly BigInteger Bound = BigInteger.One << 62;

    private const int MostDecimals = 18, MostNodes = 5_000, DeepestNode = 400, MostStatements = 200;

    private static readonly string[] Reserved = ["open", "and", "or", "not", "row", "serial", "party"];

    private readonly Dictionary<string, Node> _names = [];
    private int _nodes;

    public IReadOnlyList<Opened> Check(IReadOnlyList<Statement> statements)
    {
        foreach (var input in inputs) _names.Add(input.Name, Declared(input));
        foreach (var (name, operation, high) in new[] { ("row", Operation.Row, mostRows.Max()), ("serial", Operation.Serial, mostRows.Sum()), ("party", Operation.Party, parties.Count) })
            _names.Add(name, Make(default, operation, new(ExtentKind.AllRows), false, 0, 1, high, new(KnowerKind.EachItsRows)));
        var opened = new List<Opened>();
        foreach (var statement in statements)
        {
            if (_names.ContainsKey(statement.Name) || Reserved.Contains(statement.Name) || opened.Any(o => o.Name == statement.Name))
                throw statement.At.Error($"a new name is expected: '{statement.Name}' is taken");
            if (_names.Count > MostStatements) throw statement.At.Error($"at most {MostStatements} names are expected");
            if (statement is { IsOpened: true, Value: Syntax.Call { Function: "mean", Arguments: [var values] } })
            {
                var over = Rows(values);
                opened.Add(new(statement.Name, Summed(values.At, Number(values, over)), over.Extent));
                continue;
            }

            var value = Of(statement.Value);
            _names.Add(statement.Name, value);
            if (statement.IsOpened) opened.Add(new(statement.Name, value, null));
        }

        if (opened.Count == 0) throw new Place(1, 1).Error("a line 'open name = value' is expected");
        return opened;
    }

    private Node Declared(ProgramInput input)
    {
        var of = input.Of is { } owner ? parties.ToList().IndexOf(owner) : -1;
        return new Node(
            Operation.Input, of < 0 ? new(ExtentKind.AllRows) : new(ExtentKind.RowsOf, of), false, input.Scale, input.Low, input.High,
            of < 0 ? new(KnowerKind.EachItsRows) : new(KnowerKind.One, of)) { Input = input.Name };
    }

    private Node Of(Syntax syntax) => syntax switch
    {
        Syntax.Number number => Constant(number.At, number.Units, number.Scale),
        Syntax.Name name => _names.TryGetValue(name.Text, out var node)
            ? node
            : throw name.At.Error($"an input or a name given before is expected, not '{name.Text}'{NearestName.Hint(name.Text, _names.Keys).TrimEnd('.')}"),
        Syntax.Call call => OfCall(call),
        _ => throw new ArgumentException("No such syntax.", nameof(syntax)),
    };

    private Node OfCall(Syntax.Call call)
    {
        var at = call.At;
        var given = call.Arguments;
        switch (call.Function)
        {
            case "+" or "-":
                var (a, b) = Aligned(at, Number(given[0]), Number(given[1]));
                return call.Function == "+" ? Added(at, a, b) : Subtracted(at, a, b);
            case "*":
                return Multiplied(at, Number(given[0]), Number(given[1]));
            case "negate":
                return Negated(at, Number(given[0]));
            case "<" or ">" or "<=" or ">=":
                var (left, right) = Aligned(at, Number(given[0]), Number(given[1]));
                return call.Function switch { "<" => Less(at, left, right), ">" => Less(at, right, left), "<=" => Inverted(at, Less(at, right, left)), _ => Inverted(at, Less(at, left, right)) };
            case "==" or "!=":
                var (x, y) = Aligned(at, Number(given[0]), Number(given[1]));
                return call.Function == "==" ? Equal(at, x, y) : Inverted(at, Equal(at, x, y));
            case "and":
                return Elementwise(at, Operation.Multiply, true, 0, 0, 1, Truth(given[0]), Truth(given[1]));
            case "or":
                return Either(at, Truth(given[0]), Truth(given[1]));
            case "not":
                return Inverted(at, Truth(given[0]));
            default:
                return Function(call);
        }
    }

    private Node Function(Syntax.Call call)
    {
        var (at, given) = (call.At, call.Arguments);
        switch (call.Function)
        {
            case "[]":
                var list = Of(given[0]);
                if (list.Extent.IsScalar) throw given[0].At.Error("a list is expected before '['");
                return Make(at, Operation.Element, Extent.Scalar, list.IsTruth, list.Scale, list.Low, list.High, Reduced(list), Whole(given[1], Most(list.Extent)), list);
            case "select":
                Require(call, 3);
                var (yes, no) = Aligned(at, Of(given[1]), Of(given[2]));
                if (yes.IsTruth != no.IsTruth) throw given[2].At.Error("a value of the type of the other choice is expected");
                return Select(at, Truth(given[0]), yes, no);
            case "sum":
                Require(call, 1);
                return Summed(at, Number(given[0], Rows(given[0])));
            case "count":
                Require(call, 1);
                var truths = Truth(given[0]);
                if (truths.Extent.IsScalar) throw given[0].At.Error("a list is expected");
                return Summed(at, truths);
            case "inner":
                Require(call, 2);
                return Summed(at, Multiplied(at, Number(given[0], Rows(given[0])), Number(given[1], Rows(given[1]))));
            case "min" or "max" when given.Count == 1:
                var rows = Number(given[0], Rows(given[0]));
                return call.Function == "max" ? Best(at, rows, rows) : Negated(at, BestOfItself(at, Negated(at, rows)));
            case "min" or "max":
                Require(call, 2);
                var (first, second) = Aligned(at, Number(given[0]), Number(given[1]));
                return call.Function == "min" ? Select(at, Less(at, first, second), first, second) : Select(at, Less(at, first, second), second, first);
            case "at_max" or "at_min":
                Require(call, 2);
                var key = Number(given[0], Rows(given[0]));
                return Best(at, call.Function == "at_max" ? key : Negated(at, key), Rows(given[1]));
            case "top":
                Require(call, 2);
                var values = Number(given[0], Rows(given[0]));
                var count = Whole(given[1], Math.Min(Most(values.Extent), 1_000));
                RequireSortable(at, values);
                return Make(at, Operation.Top, new(ExtentKind.Fixed, 0, count), false, values.Scale, values.Low, values.High, Reduced(values), count, values);
            case "sort":
                Require(call, 1);
                var unsorted = Number(given[0], Rows(given[0]));
                return Order(at, unsorted, unsorted);
            case "order":
                Require(call, 2);
                return Order(at, Number(given[0], Rows(given[0])), Rows(given[1]));
            case "running":
                Require(call, 1);
                var terms = Number(given[0], Rows(given[0]));
                var (low, high) = RangeOfSum(terms);
                return Make(at, Operation.RunningTotals, terms.Extent, false, terms.Scale, low, high, Reduced(terms), 0, terms);
            case "poly":
                if (given.Count < 2) throw at.Error("a value and the coefficients, lowest first, are expected");
                var point = Number(given[0]);
                var result = Number(given[^1]);
                for (var i = given.Count - 2; i >= 1; i--)
                {
                    var (product, coefficient) = Aligned(at, Multiplied(at, result, point), Number(given[i]));
                    result = Added(at, product, coefficient);
                }

                return result;
            case "among":
                if (given.Count < 2) throw at.Error("a value and those it may be among are expected");
                var among = given.Skip(1).Select(member =>
                {
                    var (one, other) = Aligned(at, Number(given[0]), Number(member));
                    return Equal(at, one, other);
                });
                return among.Aggregate((one, other) => Either(at, one, other));
            case "mean":
                throw at.Error("'mean' is expected only as the whole of what is opened");
            default:
                throw at.Error($"a function is expected, not '{call.Function}'{NearestName.Hint(call.Function, Functions).TrimEnd('.')}");
        }
    }
}
