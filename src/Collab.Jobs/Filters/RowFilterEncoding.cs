using Collab.Primitives;

namespace Collab.Jobs;

/// <summary>The canonical encoding of filters (protocols/specs/plan.md): a byte for the node, then its fields in order.</summary>
public static class RowFilterEncoding
{
    private const byte All = 1, Any = 2, Compared = 3, OneOf = 4, Missing = 5;

    /// <summary>Writes a filter.</summary>
    public static void Encode(CanonicalWriter writer, RowFilter filter)
    {
        switch (filter)
        {
            case RowFilter.All all:
                writer.Byte(All).List(all.Parts, Encode);
                break;
            case RowFilter.Any any:
                writer.Byte(Any).List(any.Parts, Encode);
                break;
            case RowFilter.Compared compared:
                FilterConstant.Encode(writer.Byte(Compared).Text(compared.Column).Byte((byte)compared.How), compared.Bound);
                break;
            case RowFilter.OneOf oneOf:
                writer.Byte(OneOf).Text(oneOf.Column).Boolean(oneOf.IsNegated).List(oneOf.Values, FilterConstant.Encode);
                break;
            case RowFilter.Missing missing:
                writer.Byte(Missing).Text(missing.Column).Boolean(missing.IsNegated);
                break;
        }
    }

    /// <summary>Reads and checks a filter: in canonical form and within its bounds.</summary>
    /// <exception cref="MalformedException">Anything else.</exception>
    public static RowFilter Decode(ref CanonicalReader reader)
    {
        var filter = Decode(ref reader, RowFilter.Deepest);
        return filter.IsInBounds ? filter : throw new MalformedException("a filter of at most 256 comparisons, and of constants in bounds");
    }

    /// <summary>Reads what this node has written itself, which may be a filter with conditions more than a plan may hold.</summary>
    /// <exception cref="MalformedException">It is not in canonical form.</exception>
    public static RowFilter DecodeOwn(ref CanonicalReader reader) => Decode(ref reader, RowFilter.Deepest + 1);

    private static RowFilter Decode(ref CanonicalReader reader, int depth)
    {
        if (depth == 0) throw new MalformedException("a filter of less nesting");
        switch (reader.Byte())
        {
            case All:
                return Parts(ref reader, depth) is var all && RowFilter.Every(all) is RowFilter.All every && every.Parts.SequenceEqual(all) ? every : throw Uncanonical();
            case Any:
                return Parts(ref reader, depth) is var any && RowFilter.Some(any) is RowFilter.Any some && some.Parts.SequenceEqual(any) ? some : throw Uncanonical();
            case Compared:
                var compared = new RowFilter.Compared(reader.Text(), (Comparison)reader.Byte(), FilterConstant.Decode(ref reader));
                return Enum.IsDefined(compared.How) ? compared : throw new MalformedException("a known comparison");
            case OneOf:
                var (column, isNegated, values) = (reader.Text(), reader.Boolean(), reader.List(FilterConstant.Decode));
                if (values.Length == 0 || Array.Exists(values, value => value.GetType() != values[0].GetType())) throw new MalformedException("constants of one type");
                var oneOf = RowFilter.In(column, values);
                return ((RowFilter.OneOf)oneOf).Values.SequenceEqual(values) ? isNegated ? oneOf.Not() : oneOf : throw Uncanonical();
            case Missing:
                return new RowFilter.Missing(reader.Text(), reader.Boolean());
            default:
                throw new MalformedException("a known condition");
        }
    }

    private static RowFilter[] Parts(ref CanonicalReader reader, int depth)
    {
        var parts = reader.List((ref r) => Decode(ref r, depth - 1));
        return parts.Length >= 2 ? parts : throw new MalformedException("two parts of a condition");
    }

    private static MalformedException Uncanonical() => new("a condition in canonical form");
}
