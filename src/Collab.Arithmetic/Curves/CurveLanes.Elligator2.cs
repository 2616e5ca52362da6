namespace Collab.Arithmetic.Curves;

/// <content>Elligator 2 in lanes: <see cref="Elligator2"/> step by step, with masks for its choices.</content>
internal static unsafe partial class CurveLanes<TVector, TLanes>
{
    /// <summary>Elements that a mapped point and its intermediate values take.</summary>
    private const int MapSize = 11;

    /// <summary>x(8·(Map(u0) + Map(u1))) for a chunk of pairs, by one inversion for all.</summary>
    public static void MapPairsToSubgroup(ReadOnlySpan<byte> elements, Span<byte> points)
    {
        const int stride = 2 * Curve25519.FieldElementSize;
        var count = points.Length / Curve25519.PointSize;
        using var quotients = new Quotients(VectorsFor(count));
        var room = stackalloc byte[FieldLanes<TVector, TLanes>.Room(2 * (MapSize + 1))];
        TVector* u = FieldLanes<TVector, TLanes>.Align(room), first = u + 2 * LimbCount, second = first + MapSize * LimbCount;
        for (var i = 0; i < quotients.Count; i++)
        {
            Load(elements, stride, i * TLanes.Count, u);
            Load(elements[Math.Min(Curve25519.FieldElementSize, elements.Length)..], stride, i * TLanes.Count, u + LimbCount);
            MapBoth(u, first, second);
            AddMapped(first, second, quotients.Numerator(i), quotients.Denominator(i));
            for (var doubling = 0; doubling < 3; doubling++) Double(quotients.Numerator(i), quotients.Denominator(i)); // cofactor 8
        }

        quotients.Store(points);
    }

    /// <summary>Maps two elements; each point and its intermediate values take <see cref="MapSize"/> elements, X, denominator and Y first.</summary>
    private static void MapBoth(TVector* u, TVector* first, TVector* second)
    {
        var room = stackalloc byte[FieldLanes<TVector, TLanes>.Room(4)];
        TVector* bases = FieldLanes<TVector, TLanes>.Align(room), powers = bases + 2 * LimbCount;
        BeginMap(u, first, bases);
        BeginMap(u + LimbCount, second, bases + LimbCount);
        FieldLanes<TVector, TLanes>.PowerOfFiveEighths(bases, powers, 2);               // 16
        EndMap(u, powers, first);
        EndMap(u + LimbCount, powers + LimbCount, second);
    }

    /// <summary>Lines 1 to 15 of <see cref="Elligator2.Map"/>: what the power is taken of, and what comes before it. Tight.</summary>
    private static void BeginMap(TVector* u, TVector* point, TVector* powerBase)
    {
        TVector* denominator = point + LimbCount, doubledSquare = point + 3 * LimbCount, x1 = point + 4 * LimbCount;
        TVector* denominator3 = point + 5 * LimbCount, right1 = point + 6 * LimbCount, t3 = point + 7 * LimbCount, t = powerBase;

        FieldLanes<TVector, TLanes>.Square(u, doubledSquare);
        FieldLanes<TVector, TLanes>.Add(doubledSquare, doubledSquare, doubledSquare);
        FieldLanes<TVector, TLanes>.Tighten(doubledSquare, doubledSquare);              // 1, 2
        FieldLanes<TVector, TLanes>.Fill(1, t);
        FieldLanes<TVector, TLanes>.Add(doubledSquare, t, denominator);
        FieldLanes<TVector, TLanes>.Tighten(denominator, denominator);                  // 3
        FieldLanes<TVector, TLanes>.Fill(-(double)MontgomeryLadder.A, x1);              // 4
        FieldLanes<TVector, TLanes>.Square(denominator, t);                             // 5
        FieldLanes<TVector, TLanes>.Multiply(t, denominator, denominator3);             // 6
        FieldLanes<TVector, TLanes>.Multiply(doubledSquare, x1, right1);                // 7   −A·2u²
        FieldLanes<TVector, TLanes>.Multiply(right1, x1, right1);                       //     A²·2u² = −(A·2u²·x1)
        FieldLanes<TVector, TLanes>.Subtract(t, right1, right1);                        // 8, 9
        FieldLanes<TVector, TLanes>.Multiply(right1, x1, right1);                       // 10
        FieldLanes<TVector, TLanes>.Square(denominator3, t);                            // 11
        FieldLanes<TVector, TLanes>.Multiply(t, denominator3, t3);
        FieldLanes<TVector, TLanes>.Multiply(t3, right1, t3);                           // 13, 14
        FieldLanes<TVector, TLanes>.Square(t, t);                                       // 12
        FieldLanes<TVector, TLanes>.Multiply(t, t3, t);                                 // 15
    }

    /// <summary>Lines 17 to 38 of <see cref="Elligator2.Map"/>.</summary>
    private static void EndMap(TVector* u, TVector* root, TVector* point)
    {
        TVector* x = point, y = point + 2 * LimbCount, doubledSquare = point + 3 * LimbCount, x1 = point + 4 * LimbCount;
        TVector* denominator3 = point + 5 * LimbCount, right1 = point + 6 * LimbCount, t3 = point + 7 * LimbCount;
        TVector* y1 = point + 8 * LimbCount, y2 = point + 9 * LimbCount, t = point + 10 * LimbCount;

        FieldLanes<TVector, TLanes>.Multiply(root, t3, root);                           // 17
        FixRoot(root, right1, denominator3, y1);                                        // 18 – 22
        FieldLanes<TVector, TLanes>.Multiply(x1, doubledSquare, x);                     // 23
        FieldLanes<TVector, TLanes>.Multiply(root, u, root);                            // 24
        FieldLanes<TVector, TLanes>.Fill(Field25519.SquareRootOfMinusOne + Field25519.One, t);
        FieldLanes<TVector, TLanes>.Multiply(root, t, root);                            // 25
        FieldLanes<TVector, TLanes>.Multiply(right1, doubledSquare, t3);                // 27
        FixRoot(root, t3, denominator3, y2);                                            // 26, 28 – 31
        var isFirst = RootMask(y1, right1, denominator3);                               // 32 – 34
        FieldLanes<TVector, TLanes>.Select(isFirst, x1, x, x);                          // 35
        FieldLanes<TVector, TLanes>.Select(isFirst, y1, y2, y);                         // 36
        FieldLanes<TVector, TLanes>.Fill(0, t);
        FieldLanes<TVector, TLanes>.Subtract(t, y, t);
        FieldLanes<TVector, TLanes>.Select(TLanes.Xor(isFirst, FieldLanes<TVector, TLanes>.SignMask(y)), t, y, y); // 37, 38
    }

    /// <summary>All ones in the lanes where root² · denominator3 = right.</summary>
    private static TVector RootMask(TVector* root, TVector* right, TVector* denominator3)
    {
        var roomForSquare = stackalloc byte[FieldLanes<TVector, TLanes>.Room(1)];
        var square = FieldLanes<TVector, TLanes>.Align(roomForSquare);
        FieldLanes<TVector, TLanes>.Square(root, square);
        FieldLanes<TVector, TLanes>.Multiply(square, denominator3, square);
        return FieldLanes<TVector, TLanes>.EqualMask(square, right);
    }

    /// <summary>The root or √−1 times the root, whichever fits.</summary>
    private static void FixRoot(TVector* root, TVector* right, TVector* denominator3, TVector* result)
    {
        var roomForOther = stackalloc byte[FieldLanes<TVector, TLanes>.Room(1)];
        var other = FieldLanes<TVector, TLanes>.Align(roomForOther);
        FieldLanes<TVector, TLanes>.Fill(Field25519.SquareRootOfMinusOne, other);
        FieldLanes<TVector, TLanes>.Multiply(other, root, other);
        FieldLanes<TVector, TLanes>.Select(RootMask(root, right, denominator3), root, other, result);
    }

    /// <summary>X : Z of the sum of two mapped points; as <see cref="Elligator2.SumInSubgroup"/> before its doublings. Tight.</summary>
    private static void AddMapped(TVector* p, TVector* q, TVector* x, TVector* z)
    {
        var room = stackalloc byte[FieldLanes<TVector, TLanes>.Room(8)];
        var memory = FieldLanes<TVector, TLanes>.Align(room);
        TVector* left = memory, right = memory + LimbCount, denominator = memory + 2 * LimbCount, run = memory + 3 * LimbCount;
        TVector* rise = memory + 4 * LimbCount, doubledX = memory + 5 * LimbCount, doubledZ = memory + 6 * LimbCount, t = memory + 7 * LimbCount;

        FieldLanes<TVector, TLanes>.Multiply(p, q + LimbCount, left);
        FieldLanes<TVector, TLanes>.Multiply(q, p + LimbCount, right);
        FieldLanes<TVector, TLanes>.Multiply(p + LimbCount, q + LimbCount, denominator);
        FieldLanes<TVector, TLanes>.Subtract(right, left, run);
        FieldLanes<TVector, TLanes>.Tighten(run, run);
        FieldLanes<TVector, TLanes>.Subtract(q + 2 * LimbCount, p + 2 * LimbCount, rise);
        FieldLanes<TVector, TLanes>.Tighten(rise, rise);
        var isDouble = TLanes.And(FieldLanes<TVector, TLanes>.ZeroMask(run), FieldLanes<TVector, TLanes>.ZeroMask(rise));

        FieldLanes<TVector, TLanes>.Square(run, run);
        FieldLanes<TVector, TLanes>.Add(left, right, left);
        FieldLanes<TVector, TLanes>.Tighten(left, left);
        FieldLanes<TVector, TLanes>.AddMultiple(left, MontgomeryLadder.A, denominator, t);
        FieldLanes<TVector, TLanes>.Multiply(t, run, t);
        FieldLanes<TVector, TLanes>.Multiply(rise, denominator, rise);
        FieldLanes<TVector, TLanes>.Square(rise, rise);
        FieldLanes<TVector, TLanes>.Multiply(rise, denominator, x);
        FieldLanes<TVector, TLanes>.Subtract(x, t, x);
        FieldLanes<TVector, TLanes>.Tighten(x, x);
        FieldLanes<TVector, TLanes>.Multiply(run, denominator, z);

        FieldLanes<TVector, TLanes>.Copy(p, doubledX);
        FieldLanes<TVector, TLanes>.Copy(p + LimbCount, doubledZ);
        Double(doubledX, doubledZ);
        FieldLanes<TVector, TLanes>.Select(isDouble, doubledX, x, x);
        FieldLanes<TVector, TLanes>.Select(isDouble, doubledZ, z, z);
    }

    /// <summary>X : Z becomes that of twice the point; tight.</summary>
    private static void Double(TVector* x, TVector* z)
    {
        var room = stackalloc byte[FieldLanes<TVector, TLanes>.Room(3)];
        var memory = FieldLanes<TVector, TLanes>.Align(room);
        TVector* sum = memory, difference = memory + LimbCount, product = memory + 2 * LimbCount;
        FieldLanes<TVector, TLanes>.Add(x, z, sum);
        FieldLanes<TVector, TLanes>.Tighten(sum, sum);
        FieldLanes<TVector, TLanes>.Square(sum, sum);
        FieldLanes<TVector, TLanes>.Subtract(x, z, difference);
        FieldLanes<TVector, TLanes>.Tighten(difference, difference);
        FieldLanes<TVector, TLanes>.Square(difference, difference);
        FieldLanes<TVector, TLanes>.Subtract(sum, difference, product);                 // 4·X·Z, loose
        FieldLanes<TVector, TLanes>.Multiply(sum, difference, x);
        FieldLanes<TVector, TLanes>.AddMultiple(sum, MontgomeryLadder.A24, product, sum);
        FieldLanes<TVector, TLanes>.Multiply(sum, product, z);
    }
}
