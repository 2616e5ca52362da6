using System.Text.Json.Serialization;

namespace Collab.Interop.Tests.Seal;

/// <summary>A computation that two implementations can do: inputs, encrypted, are values 0, 1, …, and each step appends one.</summary>
internal sealed record SealProgram(
    [property: JsonPropertyName("degree")] int Degree,
    [property: JsonPropertyName("plainModulus")] string PlainModulus,
    [property: JsonPropertyName("primes")] IReadOnlyList<string> Primes,
    [property: JsonPropertyName("rowSteps")] IReadOnlyList<int> RowSteps,
    [property: JsonPropertyName("inputs")] IReadOnlyList<ulong[]> Inputs,
    [property: JsonPropertyName("steps")] IReadOnlyList<SealStep> Steps);

/// <summary>One operation on value a, and on value b, plaintext b or by b steps.</summary>
internal sealed record SealStep(
    [property: JsonPropertyName("operation")] string Operation,
    [property: JsonPropertyName("a")] int A,
    [property: JsonPropertyName("b")] int B);

/// <summary>What SEAL made of a program: whether it took the parameters for secure, the plaintext polynomials of the inputs, and all values.</summary>
internal sealed record SealOutcome(
    [property: JsonPropertyName("accepted")] bool Accepted,
    [property: JsonPropertyName("coefficients")] IReadOnlyList<ulong[]>? Coefficients,
    [property: JsonPropertyName("values")] IReadOnlyList<SealValue>? Values);

/// <summary>A decrypted value and the bits of noise budget before.</summary>
internal sealed record SealValue(
    [property: JsonPropertyName("slots")] ulong[] Slots,
    [property: JsonPropertyName("budget")] int Budget);
