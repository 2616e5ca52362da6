using Collab.HomomorphicEncryption;
using Collab.Primitives;

namespace Collab.Cli.Bench;

/// <summary>Keys, operands and their numbers in the clear, for the operations of <see cref="EncryptionBench"/>.</summary>
internal sealed class EncryptionSubject : IDisposable
{
    private readonly BatchEncoder _encoder;
    private readonly SecretKey _secret;
    private readonly PublicKey _public;
    private readonly RelinearizationKey _relinearization;
    private readonly GaloisKeys _galois;
    private readonly ulong[] _x;
    private readonly ulong[] _y;
    private readonly Plaintext _plain;
    private readonly PlainFactor _factor;
    private readonly Ciphertext _first;
    private readonly Ciphertext _second;
    private readonly Ciphertext _product;
    private readonly LatticeSubject _lattice;
    private readonly ulong _modulus;

    public EncryptionSubject(BfvParameters parameters)
    {
        var random = RandomSource.System;
        _modulus = parameters.PlaintextModulus;
        _lattice = new(parameters);
        _encoder = new(parameters);
        _secret = SecretKey.Generate(parameters, random);
        _public = _secret.PublicKey(random);
        _relinearization = _secret.RelinearizationKey(random);
        _galois = _secret.GaloisKeys([1], columns: false, random);
        _x = Numbers(parameters);
        _y = Numbers(parameters);
        _plain = _encoder.Encode(_x);
        _first = _public.Encrypt(_plain, random);
        using var other = _encoder.Encode(_y);
        _second = _public.Encrypt(other, random);
        _factor = other.Prepare(parameters.Levels);
        _product = Evaluator.Multiply(_first, _second);
    }

    /// <summary>Does it once; what it makes is the caller's.</summary>
    public IDisposable? Do(string operation)
    {
        if (operation is not ("ntt" or "base-conversion")) return Compute(operation);
        _lattice.Do(operation);
        return null;
    }

    /// <summary>Does it once more and compares with the numbers in the clear.</summary>
    public bool Check(string operation)
    {
        if (operation is "ntt" or "base-conversion") return _lattice.Check(operation);
        using var result = Compute(operation);
        var (slots, expected) = (result, operation) switch
        {
            (Ciphertext ciphertext, _) => (Decrypted(ciphertext), Expected(operation)),
            (SeededCiphertext seeded, _) => (Expanded(seeded), _x),
            (Plaintext plaintext, _) => (_encoder.Decode(plaintext), _x),
            (GaloisKeys keys, _) => (Rotated(keys), Expected("rotate")),
            _ => ([], _x),
        };
        return slots.AsSpan().SequenceEqual(expected);
    }

    public void Dispose()
    {
        IDisposable[] all = [_secret, _public, _relinearization, _galois, _plain, _factor, _first, _second, _product, _lattice];
        foreach (var one in all) one.Dispose();
    }

    private IDisposable Compute(string operation) => operation switch
    {
        "multiply" => Evaluator.Multiply(_first, _second),
        "relinearize" => Evaluator.Relinearize(_product, _relinearization),
        "rotate" => Evaluator.RotateRows(_first, 1, _galois),
        "multiply-plain" => Evaluator.Multiply(_first, _factor),
        "add" => Evaluator.Add(_first, _second),
        "switch" => Evaluator.SwitchModulus(_first),
        "encode" => _encoder.Encode(_x),
        "encrypt" => _public.Encrypt(_plain, RandomSource.System),
        "encrypt-secret" => _secret.Encrypt(_plain, RandomSource.System),
        "decrypt" => _secret.Decrypt(_first),
        _ => _secret.GaloisKeys([1], columns: false, RandomSource.System),
    };

    private ulong[] Expected(string operation)
    {
        var half = _x.Length / 2;
        return operation switch
        {
            "multiply" or "relinearize" or "multiply-plain" => [.. _x.Zip(_y, (a, b) => (ulong)((UInt128)a * b % _modulus))],
            "add" => [.. _x.Zip(_y, (a, b) => (a + b) % _modulus)],
            "rotate" => [.. Enumerable.Range(0, _x.Length).Select(i => _x[(i / half * half) + ((i + 1) % half)])],
            _ => _x,
        };
    }

    private ulong[] Decrypted(Ciphertext ciphertext)
    {
        using var plaintext = _secret.Decrypt(ciphertext);
        return _encoder.Decode(plaintext);
    }

    private ulong[] Expanded(SeededCiphertext seeded)
    {
        using var ciphertext = seeded.Expand();
        return Decrypted(ciphertext);
    }

    private ulong[] Rotated(GaloisKeys keys)
    {
        using var rotated = Evaluator.RotateRows(_first, 1, keys);
        return Decrypted(rotated);
    }

    private ulong[] Numbers(BfvParameters parameters) =>
        [.. Enumerable.Range(0, parameters.RingDegree).Select(_ => (ulong)(((UInt128)RandomSource.System.NextUInt64() * _modulus) >> 64))];
}
