using Collab.HomomorphicEncryption.Rings;

namespace Collab.HomomorphicEncryption;

public static partial class Evaluator
{
    /// <summary>x·y, in three parts; <see cref="Relinearize"/> brings it back to two. Both operands have two parts.</summary>
    /// <remarks>The tensor of both over the integers, known modulo Q and modulo a second base, is multiplied by t/Q and rounded: exactly, as
    /// (t·z − [t·z]_Q)/Q, in the second base, and taken from there to Q (the order of Bajard et al., eprint 2016/510, with the base conversion of
    /// Halevi, Polyakov and Shoup, eprint 2018/117).</remarks>
    public static Ciphertext Multiply(Ciphertext x, Ciphertext y)
    {
        CheckOperands(x, y);
        if (x.Parts != 2 || y.Parts != 2) throw new ArgumentException("Relinearise before multiplying again.", nameof(x));
        var (level, noise) = (x.OfLevel, NoiseBound.Product(x.OfLevel, x.Noise, y.Noise));
        noise.CheckDecryptable("multiply");

        // 1  The operands in the second base. 2  The tensor in both bases. 3  ⌊t·z/Q⌉ modulo Q.
        using var a = new TensorOperand(x);
        using var b = ReferenceEquals(x, y) ? null : new TensorOperand(y);
        using var sum = new TensorSum(level);
        sum.Add(a, b ?? a);
        return new(level, noise, sum.ScaleDown());
    }

    /// <summary>The same product in two parts.</summary>
    /// <exception cref="ArgumentException">The ciphertext has two parts already, or the key is of other parameters.</exception>
    public static Ciphertext Relinearize(Ciphertext x, RelinearizationKey key)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(key);
        x.Parameters.CheckSame(key.Parameters, nameof(key));
        if (x.Parts != 3) throw new ArgumentException("There is nothing to relinearise.", nameof(x));
        var noise = x.Noise + NoiseBound.KeySwitch(x.OfLevel);
        noise.CheckDecryptable("relinearise");
        var (first, second) = key.Key.Switch(x.OfLevel, x[2]);
        return new(x.OfLevel, noise, x[0].Plus(first, first), x[1].Plus(second, second));
    }

    /// <summary>Turns the rows to the left: slot i of each row receives what was in slot i + steps.</summary>
    /// <param name="x">A ciphertext of two parts.</param>
    /// <param name="steps">Negative to the right.</param>
    /// <param name="keys">Keys made for these steps.</param>
    /// <exception cref="ArgumentException">There is no key for these steps, or the ciphertext has three parts.</exception>
    public static Ciphertext RotateRows(Ciphertext x, int steps, GaloisKeys keys)
    {
        ArgumentNullException.ThrowIfNull(x);
        return Map(x, Automorphism.OfRows(steps, x.Parameters.RingDegree), keys);
    }

    /// <summary>Exchanges the two rows.</summary>
    /// <exception cref="ArgumentException">There is no key for it, or the ciphertext has three parts.</exception>
    public static Ciphertext ExchangeRows(Ciphertext x, GaloisKeys keys)
    {
        ArgumentNullException.ThrowIfNull(x);
        return Map(x, Automorphism.OfColumns(x.Parameters.RingDegree), keys);
    }

    private static Ciphertext Map(Ciphertext x, int element, GaloisKeys keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        x.Parameters.CheckSame(keys.Parameters, nameof(keys));
        if (x.Parts != 2) throw new ArgumentException("Relinearise before rotating.", nameof(x));
        if (element == 1) return new(x.OfLevel, x.Noise, x[0].PublicCopy(), x[1].PublicCopy());
        var key = keys[element];
        var noise = x.Noise + NoiseBound.KeySwitch(x.OfLevel);
        noise.CheckDecryptable("rotate");
        using var zeroth = Automorphism.Apply(x[0], key.Places, RingElement<Evaluations>.Public(x[0].Ring));
        using var moved = Automorphism.Apply(x[1], key.Places, RingElement<Evaluations>.Public(x[1].Ring));
        var (first, second) = key.Key.Switch(x.OfLevel, moved);
        return new(x.OfLevel, noise, zeroth.Plus(first, first), second);
    }
}
