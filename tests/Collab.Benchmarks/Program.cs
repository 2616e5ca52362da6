using BenchmarkDotNet.Running;

// dotnet run --project tests/Collab.Benchmarks -c Release -- --filter '*Curve25519*'
BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
